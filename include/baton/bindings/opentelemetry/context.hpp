// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/baggage/baggage.h>
#include <opentelemetry/baggage/baggage_context.h>
#include <opentelemetry/context/context.h>
#include <opentelemetry/nostd/shared_ptr.h>
#include <opentelemetry/nostd/variant.h>
#include <opentelemetry/trace/default_span.h>
#include <opentelemetry/trace/span_context.h>
#include <opentelemetry/trace/span_metadata.h>
#include <opentelemetry/trace/trace_state.h>

#include <utility>

#include "baton/bindings/opentelemetry/baggage.hpp"
#include "baton/bindings/opentelemetry/live_spans.hpp"
#include "baton/bindings/opentelemetry/values.hpp"
#include "baton/context.hpp"

namespace baton::otel {

namespace detail {

using SpanPointer = LiveSpans::SpanPointer;
using TraceStatePointer = opentelemetry::nostd::shared_ptr<opentelemetry::trace::TraceState>;
using BaggagePointer = opentelemetry::nostd::shared_ptr<opentelemetry::baggage::Baggage>;

/// The value of a context's key if it has that type; else null.
template <class Pointer>
Pointer value_of(const opentelemetry::context::Context& context, const char* key) noexcept {
  const opentelemetry::context::ContextValue value = context.GetValue(key);
  const Pointer* const pointer = opentelemetry::nostd::get_if<Pointer>(&value);
  return pointer != nullptr ? *pointer : Pointer();
}

/// A Baton context inside one of opentelemetry-cpp, with what its tracestate and baggage were
/// converted to: as long as those are there, nothing is converted back. It is a span since the
/// values of a context must be, and an invalid one.
class Kept final : public opentelemetry::trace::DefaultSpan {
 public:
  /// Reserved in every opentelemetry-cpp context.
  static constexpr char key[] = "baton.context";

  Kept(const Context& kept, TraceStatePointer state, BaggagePointer bag) noexcept
      : DefaultSpan(opentelemetry::trace::SpanContext::GetInvalid()),
        context(kept),
        trace_state(std::move(state)),
        baggage(std::move(bag)) {}

  const Context context;
  const TraceStatePointer trace_state;  // null: not converted
  const BaggagePointer baggage;         // null: not converted
};

/// The decision about a span, of which opentelemetry-cpp knows the sampled flag. `debug` is for the
/// whole trace, `defer` for a span that nobody has sampled since.
inline Sampling sampling_of(const SpanContext& span, const Context* origin) noexcept {
  if (origin == nullptr) return span.flags.sampled() ? Sampling::sample : Sampling::drop;
  const bool is_same_trace = origin->trace_id() == span.trace_id;
  if (span.flags.sampled()) {
    const bool is_debug =
        origin->sampling() == Sampling::debug && (is_same_trace || !origin->trace_id().is_valid());
    return is_debug ? Sampling::debug : Sampling::sample;
  }
  const bool is_deferred = origin->sampling() == Sampling::defer && is_same_trace &&
                           origin->span_context().span_id == span.span_id;
  return is_deferred ? Sampling::defer : Sampling::drop;
}

inline TraceStatePointer to_trace_state(const TraceState& state) {
  using opentelemetry::trace::TraceState;
  return state.empty() ? TraceState::GetDefault()
                       : TraceState::FromHeader(nostd_view(state.header()));
}

/// `known` is the tracestate that was converted to `converted`.
inline TraceState from_trace_state(const TraceStatePointer& state,
                                   const TraceStatePointer& converted, const TraceState& known) {
  if (state == nullptr) return {};
  if (converted != nullptr && state.get() == converted.get()) return known;
  if (state->Empty()) return {};
  return TraceState::parse(state->ToHeader()).value_or(TraceState());
}

/// Without the tracestate.
inline SpanContext ids_of(const opentelemetry::trace::SpanContext& context) noexcept {
  SpanContext ids;
  ids.trace_id = from_id(context.trace_id());
  ids.span_id = from_id(context.span_id());
  ids.flags = TraceFlags(context.trace_flags().flags());
  ids.is_remote = context.IsRemote();
  return ids;
}

inline opentelemetry::trace::SpanContext with_state(const SpanContext& context,
                                                    TraceStatePointer state) noexcept {
  return {to_id(context.trace_id), to_id(context.span_id),
          opentelemetry::trace::TraceFlags(context.flags.bits()), context.is_remote,
          std::move(state)};
}

/// Whether the span has that context, but for the tracestate.
inline bool is_span_of(const SpanPointer& span, const SpanContext& context) noexcept {
  if (span == nullptr) return false;
  SpanContext ids = ids_of(span->GetContext());
  ids.trace_state = context.trace_state;
  return ids == context;
}

/// A span with that context: `known`, the one that `Tracer` started, or one that does not record.
inline SpanPointer span_of(const SpanContext& context, const SpanPointer& known) {
  if (is_span_of(known, context)) return known;
  if (SpanPointer live = live_spans().find(context); is_span_of(live, context)) return live;
  return SpanPointer(new opentelemetry::trace::DefaultSpan(
      with_state(context, to_trace_state(context.trace_state))));
}

/// Whether opentelemetry-cpp can hold it as it is.
inline bool is_plain(const Context& context) noexcept {
  const bool has_lone_id = context.trace_id().is_valid() && !context.span_context().is_valid();
  const bool is_decided =
      context.sampling() == Sampling::sample || context.sampling() == Sampling::drop;
  const bool is_decision_plain =
      context.span_context().is_valid() ? is_decided : context.sampling() == Sampling::defer;
  return is_decision_plain && !has_lone_id && context.baggage().empty() &&
         context.span_context().trace_state.empty();
}

}  // namespace detail

[[nodiscard]] inline opentelemetry::trace::SpanContext to_opentelemetry(
    const SpanContext& context) {
  return detail::with_state(context, detail::to_trace_state(context.trace_state));
}

[[nodiscard]] inline SpanContext from_opentelemetry(
    const opentelemetry::trace::SpanContext& context) {
  SpanContext result = detail::ids_of(context);
  result.trace_state = detail::from_trace_state(context.trace_state(), {}, {});
  return result;
}

/// `base` with the span and the baggage of `context`, in the places where opentelemetry-cpp looks
/// for them, and the rest of it under the key "baton.context", so that `from_opentelemetry` returns
/// the same context.
///
/// The span is that of `base` if it has the same ids and flags; else the one that `Tracer` started
/// for `context`, until it ends; else one that does not record. A trace id alone and a decision
/// alone are no span for opentelemetry-cpp.
///
/// opentelemetry-cpp ends a value of baggage at a zero byte, and takes what follows a ";" in it for
/// properties. Only code that reads or changes that member sees it so.
[[nodiscard]] inline opentelemetry::context::Context to_opentelemetry(
    const Context& context, opentelemetry::context::Context base = {}) {
  namespace trace = opentelemetry::trace;
  const bool has_span = context.span_context().is_valid();
  const bool has_baggage = !context.baggage().empty();
  auto span = detail::value_of<detail::SpanPointer>(base, trace::kSpanKey);
  detail::TraceStatePointer trace_state;
  detail::BaggagePointer baggage;
  if (has_span) {
    span = detail::span_of(context.span_context(), span);
    trace_state = span->GetContext().trace_state();
  } else if (span != nullptr) {
    span = detail::SpanPointer(new trace::DefaultSpan(trace::SpanContext::GetInvalid()));
  }
  if (has_baggage) {
    baggage = detail::to_baggage(context.baggage());
  } else if (base.HasKey(opentelemetry::baggage::kBaggageHeader)) {
    baggage = opentelemetry::baggage::Baggage::GetDefault();
  }
  // The context may have lost the tracestate that its span has.
  const bool has_trace_state = trace_state != nullptr && !trace_state->Empty();
  if (!detail::is_plain(context) || has_trace_state || base.HasKey(detail::Kept::key)) {
    const detail::SpanPointer kept(new detail::Kept(context, trace_state, baggage));
    base = base.SetValue(detail::Kept::key, kept);
  }
  if (baggage != nullptr) {
    base = base.SetValue(opentelemetry::baggage::kBaggageHeader, baggage);
  }
  return span != nullptr ? base.SetValue(trace::kSpanKey, span) : base;
}

/// The span context, baggage and decision of an opentelemetry-cpp context.
///
/// Of what `to_opentelemetry` has put there, nothing is lost that has not changed since: members of
/// baggage keep their bytes, a span that the SDK started in a trace with `debug` has `debug`.
///
/// opentelemetry-cpp allows keys of baggage that are no tokens, and any size: such members are left
/// out.
[[nodiscard]] inline Context from_opentelemetry(const opentelemetry::context::Context& context) {
  namespace trace = opentelemetry::trace;
  const auto holder = detail::value_of<detail::SpanPointer>(context, detail::Kept::key);
  const auto* const kept = static_cast<const detail::Kept*>(holder.get());
  Context result;
  const auto span = detail::value_of<detail::SpanPointer>(context, trace::kSpanKey);
  const trace::SpanContext span_context =
      span != nullptr ? span->GetContext() : trace::SpanContext::GetInvalid();
  if (span_context.IsValid()) {
    SpanContext own = detail::ids_of(span_context);
    const bool is_same_trace = kept != nullptr && kept->context.trace_id() == own.trace_id;
    own.trace_state = detail::from_trace_state(
        span_context.trace_state(), is_same_trace ? kept->trace_state : detail::TraceStatePointer(),
        is_same_trace ? kept->context.span_context().trace_state : TraceState());
    const Sampling sampling = detail::sampling_of(own, kept != nullptr ? &kept->context : nullptr);
    result.set_span_context(std::move(own), sampling);
  } else if (kept != nullptr && !kept->context.span_context().is_valid()) {
    result.set_span_context(kept->context.span_context(), kept->context.sampling());
  }
  const auto baggage =
      detail::value_of<detail::BaggagePointer>(context, opentelemetry::baggage::kBaggageHeader);
  if (baggage == nullptr) return result;
  const bool is_ours = kept != nullptr && kept->baggage != nullptr;
  if (is_ours && kept->baggage.get() == baggage.get()) {
    result.set_baggage(kept->context.baggage());
  } else {
    result.set_baggage(
        detail::from_baggage(*baggage, is_ours ? kept->context.baggage() : Baggage()));
  }
  return result;
}

}  // namespace baton::otel
