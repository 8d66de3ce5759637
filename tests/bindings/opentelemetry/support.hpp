// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/context/propagation/text_map_propagator.h>
#include <opentelemetry/exporters/memory/in_memory_span_data.h>
#include <opentelemetry/exporters/memory/in_memory_span_exporter_factory.h>
#include <opentelemetry/sdk/resource/resource.h>
#include <opentelemetry/sdk/trace/samplers/always_on.h>
#include <opentelemetry/sdk/trace/samplers/parent.h>
#include <opentelemetry/sdk/trace/simple_processor_factory.h>
#include <opentelemetry/sdk/trace/tracer_provider.h>
#include <opentelemetry/sdk/trace/tracer_provider_factory.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/bindings/opentelemetry.hpp"
#include "baton/bindings/opentelemetry/id_generator.hpp"

namespace baton::test {

namespace api = ::opentelemetry;

inline std::string text(api::nostd::string_view view) { return {view.data(), view.size()}; }

using Map = std::map<std::string, std::string, std::less<>>;

/// A message with one value for each name, as carriers of opentelemetry-cpp usually are.
class TextMap : public api::context::propagation::TextMapCarrier {
 public:
  TextMap() = default;
  explicit TextMap(Map map) : fields(std::move(map)) {}

  api::nostd::string_view Get(api::nostd::string_view key) const noexcept override {
    const auto found = fields.find(text(key));
    if (found == fields.end()) return {"", 0};
    return {found->second.data(), found->second.size()};
  }
  void Set(api::nostd::string_view key, api::nostd::string_view value) noexcept override {
    fields[text(key)] = text(value);
  }

  Map fields;
};

/// One that can say which names it has.
class TextMapWithKeys final : public TextMap {
 public:
  using TextMap::TextMap;

  bool Keys(api::nostd::function_ref<bool(api::nostd::string_view)> visit) const noexcept override {
    for (const auto& [key, value] : fields) {
      if (!visit({key.data(), key.size()})) return false;
    }
    return true;
  }
};

/// opentelemetry-cpp's SDK, by default with a parent-based sampler, which keeps its spans in
/// memory.
class Sdk {
 public:
  using Span = api::sdk::trace::SpanData;

  explicit Sdk(
      std::unique_ptr<api::sdk::trace::IdGenerator> ids = std::make_unique<otel::IdGenerator>(),
      std::unique_ptr<api::sdk::trace::Sampler> sampler =
          std::make_unique<api::sdk::trace::ParentBasedSampler>(
              std::make_shared<api::sdk::trace::AlwaysOnSampler>())) {
    namespace trace = api::sdk::trace;
    provider_ = trace::TracerProviderFactory::Create(
        trace::SimpleSpanProcessorFactory::Create(
            api::exporter::memory::InMemorySpanExporterFactory::Create(data_, 100'000)),
        api::sdk::resource::Resource::Create({}), std::move(sampler), std::move(ids));
  }

  [[nodiscard]] api::nostd::shared_ptr<api::trace::Tracer> tracer() {
    return provider_->GetTracer("tests");
  }
  /// Those that have ended since the last call.
  [[nodiscard]] std::vector<std::unique_ptr<Span>> spans() { return data_->GetSpans(); }

 private:
  std::shared_ptr<api::exporter::memory::InMemorySpanData> data_;
  std::unique_ptr<api::sdk::trace::TracerProvider> provider_;
};

/// Of a span that opentelemetry-cpp recorded.
inline baton::SpanContext context_of(const Sdk::Span& span) {
  return otel::from_opentelemetry(span.GetSpanContext());
}
inline SpanId parent_of(const Sdk::Span& span) {
  return otel::detail::from_id(span.GetParentSpanId());
}

}  // namespace baton::test
