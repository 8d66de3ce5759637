// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/common/attribute_value.h>
#include <opentelemetry/common/key_value_iterable.h>
#include <opentelemetry/context/context.h>
#include <opentelemetry/nostd/function_ref.h>
#include <opentelemetry/nostd/shared_ptr.h>
#include <opentelemetry/trace/span_context_kv_iterable.h>
#include <opentelemetry/trace/span_startoptions.h>
#include <opentelemetry/trace/tracer.h>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <variant>

#include "baton/bindings/opentelemetry/context.hpp"
#include "baton/scope.hpp"
#include "baton/tracer.hpp"

namespace baton::otel {

namespace detail {

inline opentelemetry::common::AttributeValue value_of(const Attribute& attribute) noexcept {
  if (const auto* const text = std::get_if<std::string_view>(&attribute.value))
    return nostd_view(*text);
  return std::get<std::int64_t>(attribute.value);
}

class AttributeList final : public opentelemetry::common::KeyValueIterable {
 public:
  explicit AttributeList(std::span<const Attribute> attributes) noexcept
      : attributes_(attributes) {}

  bool ForEachKeyValue(
      opentelemetry::nostd::function_ref<bool(opentelemetry::nostd::string_view,
                                              opentelemetry::common::AttributeValue)>
          visit) const noexcept override {
    for (const Attribute& attribute : attributes_) {
      if (!visit(nostd_view(attribute.key), value_of(attribute))) return false;
    }
    return true;
  }
  std::size_t size() const noexcept override { return attributes_.size(); }

 private:
  std::span<const Attribute> attributes_;
};

class LinkList final : public opentelemetry::trace::SpanContextKeyValueIterable {
 public:
  explicit LinkList(std::span<const SpanContext> links) noexcept : links_(links) {}

  bool ForEachKeyValue(
      opentelemetry::nostd::function_ref<bool(opentelemetry::trace::SpanContext,
                                              const opentelemetry::common::KeyValueIterable&)>
          visit) const noexcept override {
    for (const SpanContext& link : links_) {
      if (!visit(otel::to_opentelemetry(link), AttributeList({}))) return false;
    }
    return true;
  }
  std::size_t size() const noexcept override { return links_.size(); }

 private:
  std::span<const SpanContext> links_;
};

constexpr opentelemetry::trace::SpanKind kind_of(SpanKind kind) noexcept {
  using To = opentelemetry::trace::SpanKind;
  switch (kind) {
    case SpanKind::server: return To::kServer;
    case SpanKind::client: return To::kClient;
    case SpanKind::producer: return To::kProducer;
    case SpanKind::consumer: return To::kConsumer;
    case SpanKind::internal: break;
  }
  return To::kInternal;
}

}  // namespace detail

/// Makes the spans of a tracer of opentelemetry-cpp, with its sampler, processors and exporters:
///
///     auto tracer = opentelemetry::trace::Provider::GetTracerProvider()->GetTracer("orders");
///     baton::set_global_tracer(std::make_shared<baton::otel::Tracer>(tracer));
///
/// The parent of a span is that of its `SpanStart`, never what is current. The SDK's sampler
/// decides, and its sampled flag is sent. `debug` remains if the sampler samples. Of decisions that
/// opentelemetry-cpp does not know:
///
/// - `defer` beside ids is for the SDK a parent that is not sampled.
/// - `drop` alone, or with a trace id alone, gets no span of the SDK; what is sent has the decision
///   and an id of its own.
/// - `sample` and `debug` alone are not told to the sampler.
///
/// A trace id alone continues if the provider has the `IdGenerator` of
/// opentelemetry/id_generator.hpp; else the SDK starts another trace. If the tracer makes no span
/// (a provider that was not configured), the parent's context is forwarded.
///
/// A global tracer is never destroyed, and with it the SDK's: shut the provider down before the
/// process ends.
class Tracer final : public baton::Tracer {
 public:
  /// The tracer must not be null.
  explicit Tracer(opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> tracer) noexcept
      : tracer_(std::move(tracer)) {}

  [[nodiscard]] Started start(const SpanStart& start) noexcept override {
    namespace trace = opentelemetry::trace;
    const Context& parent = start.parent;
    const bool has_parent = parent.span_context().is_valid();
    if (!has_parent && parent.sampling() == Sampling::drop) return {parent.child()};

    const trace::SpanContext caller =
        has_parent ? context_of(parent.span_context()) : trace::SpanContext::GetInvalid();
    trace::StartSpanOptions options;
    options.kind = detail::kind_of(start.kind);
    if (has_parent) {
      options.parent = caller;
    } else {
      options.parent = opentelemetry::context::Context(trace::kIsRootSpanKey, true);
    }
    // Samplers, processors and the id generator see the parent as current.
    const Scope scope(parent);
    const detail::SpanPointer span =
        tracer_->StartSpan(detail::nostd_view(start.name), detail::AttributeList(start.attributes),
                           detail::LinkList(start.links), options);
    const trace::SpanContext made = span->GetContext();
    if (!made.IsValid()) return {parent};

    Started started{parent};
    SpanContext own = detail::ids_of(made);
    const bool is_same_trace = own.trace_id == parent.trace_id();
    // The first span of a trace id alone has the tracestate that came with it.
    const detail::TraceStatePointer converted =
        has_parent ? caller.trace_state() : trace::TraceState::GetDefault();
    own.trace_state = detail::from_trace_state(
        made.trace_state(), is_same_trace ? converted : detail::TraceStatePointer(),
        parent.span_context().trace_state);
    const Sampling sampling = detail::sampling_of(own, &parent);
    started.context.set_span_context(std::move(own), sampling);
    if (span->IsRecording()) {
      detail::live_spans().add(started.context.span_context(), span);
      started.span = std::make_unique<detail::SpanPointer>(span).release();
    }
    return started;
  }

  /// An error is the status `Error`, with the attribute `error.type`; else the status is not set.
  void end(const Started& started, const SpanEnd& end) noexcept override {
    if (started.span == nullptr) return;
    const std::unique_ptr<detail::SpanPointer> owned(
        static_cast<detail::SpanPointer*>(started.span));
    opentelemetry::trace::Span& span = **owned;
    for (const Attribute& attribute : end.attributes) {
      span.SetAttribute(detail::nostd_view(attribute.key), detail::value_of(attribute));
    }
    if (end.is_error) {
      if (!end.error_type.empty())
        span.SetAttribute("error.type", detail::nostd_view(end.error_type));
      span.SetStatus(opentelemetry::trace::StatusCode::kError);
    }
    span.End();
    detail::live_spans().remove(started.context.span_context());
  }

 private:
  /// As the SDK has it if the parent is a span of it: another copy of a tracestate is costly.
  static opentelemetry::trace::SpanContext context_of(const SpanContext& parent) {
    if (!parent.trace_state.empty()) {
      const detail::SpanPointer live = detail::live_spans().find(parent);
      // A service that calls itself finds its client's span, and not what the wire says of it.
      if (live != nullptr && from_opentelemetry(live->GetContext()) == parent) {
        return live->GetContext();
      }
    }
    return to_opentelemetry(parent);
  }

  opentelemetry::nostd::shared_ptr<opentelemetry::trace::Tracer> tracer_;
};

}  // namespace baton::otel
