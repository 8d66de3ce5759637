// SPDX-License-Identifier: Apache-2.0
#include "baton/exporter/exporting_tracer.hpp"

#include <pthread.h>

#include <atomic>
#include <new>
#include <utility>

#include "baton/id_tracer.hpp"
#include "baton/samplers.hpp"
#include "core/errors.hpp"
#include "exporter/pipeline.hpp"
#include "exporter/settings.hpp"
#include "exporter/span_record.hpp"

namespace baton {
namespace {

using detail::Pipeline;
using detail::Settings;
using detail::SpanPointer;
using detail::SpanRecord;

/// How many forks lie between this process and the first one.
constinit std::atomic<unsigned> generation{0};

[[maybe_unused]] const int fork_handler =
    ::pthread_atfork(nullptr, nullptr, [] { generation.fetch_add(1, std::memory_order_relaxed); });

Settings make_settings(ExportOptions options) {
  detail::Errors errors;
  Settings settings = Settings::make(std::move(options), errors);
  if (const std::string text = errors.text(); !text.empty()) settings.log(text);
  return settings;
}

}  // namespace

class ExportingTracer::Implementation {
 public:
  explicit Implementation(ExportOptions options)
      : settings_(make_settings(std::move(options))),
        pipeline_(new Pipeline(settings_, generation.load())) {}
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation() {
    Pipeline* const own = pipeline();
    if (own == nullptr) return;
    own->shutdown(default_shutdown_timeout);
    delete own;
  }

  [[nodiscard]] const Sampler& sampler() const noexcept { return *settings_.options.sampler; }

  /// That of this process; null if there is no memory for it.
  [[nodiscard]] Pipeline* pipeline() noexcept {
    Pipeline* const latest = pipeline_.load(std::memory_order_acquire);
    return latest->generation() == generation.load(std::memory_order_relaxed) ? latest
                                                                              : renew(latest);
  }

 private:
  /// The parent's pipeline is kept as it is: its locks may be held by threads that are not here.
  [[nodiscard]] Pipeline* renew(Pipeline* parent) noexcept {
    auto* const own = new (std::nothrow) Pipeline(settings_, generation.load(), parent);
    if (own == nullptr) return nullptr;
    if (pipeline_.compare_exchange_strong(parent, own, std::memory_order_acq_rel)) return own;
    delete own;
    return parent;
  }

  const Settings settings_;
  std::atomic<Pipeline*> pipeline_;
};

ExportingTracer::ExportingTracer(ExportOptions options)
    : implementation_(std::make_unique<Implementation>(std::move(options))) {}

ExportingTracer::~ExportingTracer() = default;

Tracer::Started ExportingTracer::start(const SpanStart& start) noexcept {
  Started started{IdTracer::context_of(start, implementation_->sampler())};
  if (!is_sampled(started.context.sampling())) return started;
  Pipeline* const pipeline = implementation_->pipeline();
  if (pipeline == nullptr) return started;
  pipeline->count_started();
  SpanPointer span = SpanRecord::make(start, started.context, pipeline->generation());
  // Without memory, the tracer itself stands for a span that can only be counted.
  started.span = span != nullptr ? static_cast<void*>(span.release()) : this;
  return started;
}

void ExportingTracer::end(const Started& started, const SpanEnd& end) noexcept {
  if (started.span == nullptr) return;
  Pipeline* const pipeline = implementation_->pipeline();
  if (started.span == this) {
    if (pipeline != nullptr) pipeline->add_nothing();
    return;
  }
  SpanPointer span(static_cast<SpanRecord*>(started.span));
  if (pipeline == nullptr) return;
  span->finish(end);
  pipeline->add(std::move(span));
}

bool ExportingTracer::flush(std::chrono::milliseconds timeout) noexcept {
  Pipeline* const pipeline = implementation_->pipeline();
  return pipeline != nullptr && pipeline->flush(timeout);
}

bool ExportingTracer::shutdown(std::chrono::milliseconds timeout) noexcept {
  Pipeline* const pipeline = implementation_->pipeline();
  return pipeline != nullptr && pipeline->shutdown(timeout);
}

ExportCounts ExportingTracer::counts() const noexcept {
  const Pipeline* const pipeline = implementation_->pipeline();
  return pipeline != nullptr ? pipeline->counts() : ExportCounts();
}

ConfiguredExportingTracer make_exporting_tracer_from_environment() {
  ConfiguredExport configured = export_options_from_environment();
  detail::Errors errors;
  if (!configured.error.empty()) errors.add(std::move(configured.error));
  if (!configured.is_enabled) return {nullptr, errors.text()};
  ConfiguredSampler sampler = make_sampler_from_environment();
  if (!sampler.error.empty()) errors.add(std::move(sampler.error));
  configured.options.sampler = std::move(sampler.sampler);
  return {std::make_shared<ExportingTracer>(std::move(configured.options)), errors.text()};
}

}  // namespace baton
