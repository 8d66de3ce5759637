// SPDX-License-Identifier: Apache-2.0
#include "baton/w3c.hpp"

#include <array>
#include <utility>

#include "core/baggage_joiner.hpp"
#include "core/baggage_parser.hpp"
#include "core/parse_traceparent.hpp"
#include "core/set_or_erase.hpp"
#include "core/short_tracestate.hpp"
#include "core/tracestate_parser.hpp"
#include "text/growing_text.hpp"

namespace baton {
namespace {

using detail::set_or_erase;

constexpr std::array trace_context_fields{Traceparent::field, TraceState::field};
constexpr std::array baggage_fields{Baggage::field};

/// A list that the context has: the next one that the request brings may share its block.
const detail::SharedText& list_in(const Context& context) noexcept {
  const detail::SharedText& state = detail::shared_text_of(context.span_context().trace_state);
  return state.view().empty() ? detail::shared_text_of(context.baggage()) : state;
}

/// Reads a list from all values of its field. The usual one is handed over without a visitor.
template <class Parser>
void feed(Parser& parser, CarrierReader carrier, std::string_view field, FirstValue first) {
  if (!first.has_more()) {
    parser.feed(first.text());
  } else {
    carrier.get_all(field, [&parser](std::string_view value) { return parser.feed(value); });
  }
}

TraceState extract_trace_state(CarrierReader carrier, FirstValue first, const Context& context,
                               ExtractReport* report) {
  detail::TraceStateParser parser;
  feed(parser, carrier, TraceState::field, first);
  TraceState state = parser.finish(&list_in(context));
  if (report != nullptr) {
    if (parser.duplicate()) report->add(TraceState::field, parser.duplicate());
    if (parser.error()) report->add(TraceState::field, parser.error());
  }
  return state;
}

/// The key of Baton's own member, which carries what the sampled flag cannot say.
constexpr std::string_view sampling_key = "baton";

/// The traits, with that member or without it.
consteval FormatTraits trace_context_traits(bool has_sampling_member) noexcept {
  return {.name = "tracecontext",
          .specification = "W3C Trace Context Level 2",
          .fields = trace_context_fields,
          .says = {.ids = true,
                   .trace_id_high = true,
                   .random = true,
                   .trace_state = true,
                   .defer = has_sampling_member,
                   .debug = has_sampling_member}};
}
constexpr FormatTraits with_sampling_member = trace_context_traits(true);

constexpr bool fits_in_flag(Sampling sampling) noexcept {
  return sampling == Sampling::drop || sampling == Sampling::sample;
}

/// The decision of the flag and Baton's own member. If they contradict, a service that does not
/// know the member has decided again.
Sampling read_sampling(const TraceState& state, bool is_flag_set) noexcept {
  const auto value = state.get(sampling_key);
  for (const Sampling sampling : {Sampling::debug, Sampling::defer}) {
    if (value == to_string(sampling) && is_sampled(sampling) == is_flag_set) return sampling;
  }
  return is_flag_set ? Sampling::sample : Sampling::drop;
}

TraceState write_sampling(const TraceState& state, Sampling sampling) noexcept {
  if (!fits_in_flag(sampling)) {
    return state.set(sampling_key, to_string(sampling)).value_or(state);
  }
  const TraceState others = state.erase(sampling_key);
  // Without memory, the member may remain if nobody reads another decision from it.
  const bool has_failed = others.empty() && state.size() > 1;
  return has_failed && read_sampling(state, is_sampled(sampling)) == sampling ? state : others;
}

}  // namespace

constinit const FormatTraits formats::tracecontext = trace_context_traits(false);

TraceContextPropagator::TraceContextPropagator(const Options& options) noexcept
    : Propagator(options.sampling_in_tracestate ? with_sampling_member : formats::tracecontext),
      options_(options) {}

Extracted TraceContextPropagator::extract(CarrierReader carrier, Context& context,
                                          ExtractReport* report) const {
  FirstValue value = carrier.first(Traceparent::field);
  if (!value.has_value()) return Extracted::nothing;
  if (value.has_more() && carrier.last_field_counts()) {
    value = FirstValue(carrier.get(Traceparent::field).value_or(""));
  }
  Traceparent parent;
  const ParseError error = value.has_more() ? ParseError(ErrorCode::repeated_field, 0)
                                            : detail::parse_traceparent(value.text(), parent);
  if (error) {
    if (report != nullptr) report->add(Traceparent::field, error);
    return Extracted::malformed;
  }
  const FirstValue state = carrier.first(TraceState::field);
  context.set_span_context(
      {parent.trace_id, parent.parent_id, parent.flags, true,
       !state.has_value() ? TraceState() : extract_trace_state(carrier, state, context, report)});
  if (options_.sampling_in_tracestate) {
    context.set_sampling(read_sampling(context.span_context().trace_state, parent.flags.sampled()));
  }
  return Extracted::span_context;
}

void TraceContextPropagator::inject(const Context& context, CarrierWriter carrier) const {
  const SpanContext& span_context = context.span_context();
  if (!span_context.is_valid()) {
    for (const std::string_view field : trace_context_fields) carrier.erase(field);
    return;
  }
  std::array<char, Traceparent::size> parent;
  Traceparent{span_context.trace_id, span_context.span_id, span_context.flags}.write(parent);
  carrier.set(Traceparent::field, {parent.data(), parent.size()});

  const auto set_state = [&](const TraceState& state) {
    if (state.header().size() <= options_.max_tracestate_bytes) {
      set_or_erase(carrier, TraceState::field, state.header());
    } else {
      detail::GrowingText text(detail::GrowingText::Shortage::throws);
      detail::append_header(state, options_.max_tracestate_bytes, text);
      set_or_erase(carrier, TraceState::field, text.view());
    }
  };
  if (options_.sampling_in_tracestate) {
    set_state(write_sampling(span_context.trace_state, context.sampling()));
  } else {
    set_state(span_context.trace_state);
  }
}

constinit const FormatTraits formats::baggage = {
    .name = "baggage",
    .specification = "W3C Baggage",
    .fields = baggage_fields,
    .says = {.baggage = true, .lone_baggage = true, .any_bytes = true, .properties = true},
};

Extracted BaggagePropagator::extract(CarrierReader carrier, Context& context,
                                     ExtractReport* report) const {
  const FirstValue value = carrier.first(Baggage::field);
  if (!value.has_value()) return Extracted::nothing;
  const auto on_error = [report](ParseError error) { report->add(Baggage::field, error); };
  detail::BaggageParser parser(limits_, report != nullptr ? FunctionRef<void(ParseError)>(on_error)
                                                          : FunctionRef<void(ParseError)>());
  feed(parser, carrier, Baggage::field, value);
  Baggage baggage = parser.finish(&list_in(context));
  if (baggage.empty()) return parser.has_error() ? Extracted::malformed : Extracted::nothing;
  if (context.baggage().empty()) {
    context.set_baggage(std::move(baggage));
    return Extracted::baggage;
  }
  const ParseError error = detail::join_baggage(context, baggage, limits_);
  if (report != nullptr && error) report->add(Baggage::field, error);
  return Extracted::baggage;
}

void BaggagePropagator::inject(const Context& context, CarrierWriter carrier) const {
  set_or_erase(carrier, Baggage::field, context.baggage().header(limits_));
}

}  // namespace baton
