// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <memory>
#include <utility>

#include "baton/testing/shown.hpp"
#include "baton/testing/vectors.hpp"
#include "baton/translators/jaeger.hpp"
#include "baton/translators/ottrace.hpp"

namespace baton::testing {
namespace {

tl::unexpected<std::string> wrong(std::string_view what, const ParseError& error) {
  return tl::unexpected(std::string(what) + ": " + error.message());
}

}  // namespace

std::string describe(const ContextSpec& spec) {
  std::string text;
  if (!spec.trace_id.empty() && spec.span_id.empty()) {
    text += "trace_id " + spec.trace_id + " alone\n";
  } else if (!spec.trace_id.empty()) {
    text += "trace_id " + spec.trace_id + "\nspan_id " + spec.span_id + "\nflags " +
            std::to_string(spec.flags) + (spec.remote ? "\nremote\n" : "\nlocal\n");
  }
  text += "sampling " + std::string(to_string(spec.sampling)) + "\n";
  for (const auto& [key, value] : spec.trace_state) {
    text += "tracestate " + shown(key) + " = " + shown(value) + "\n";
  }
  for (const MemberSpec& member : spec.baggage) {
    text += "baggage " + shown(member.key) + " = " + shown(member.value);
    for (const PropertySpec& property : member.properties) {
      text += " ; " + shown(property.key);
      if (property.value) text += " = " + shown(*property.value);
    }
    text += "\n";
  }
  return text;
}

std::string describe(const Context& context) {
  ContextSpec spec;
  const SpanContext& span_context = context.span_context();
  if (span_context.is_valid()) {
    spec.trace_id = span_context.trace_id.to_string();
    spec.span_id = span_context.span_id.to_string();
    spec.flags = span_context.flags.bits();
    spec.remote = span_context.is_remote;
  } else if (context.trace_id().is_valid()) {
    spec.trace_id = context.trace_id().to_string();
  }
  spec.sampling = context.sampling();
  for (const TraceState::Member& member : span_context.trace_state) {
    spec.trace_state.emplace_back(member.key, member.value);
  }
  for (const BaggageMember& member : context.baggage()) {
    MemberSpec copy{std::string(member.key()), member.value(), {}};
    for (const BaggageProperty& property : member.properties()) {
      copy.properties.push_back({std::string(property.key()), property.value()});
    }
    spec.baggage.push_back(std::move(copy));
  }
  return describe(spec);
}

VectorResult<Context> make_context(const ContextSpec& spec) {
  Context context;
  if (!spec.trace_id.empty()) {
    TraceState state;
    for (auto member = spec.trace_state.rbegin(); member != spec.trace_state.rend(); ++member) {
      const auto longer = state.set(member->first, member->second);
      if (!longer) return wrong("tracestate", longer.error());
      state = *longer;
    }
    const auto trace_id = TraceId::from_hex(spec.trace_id);
    if (!trace_id) return wrong("trace_id", trace_id.error());
    if (spec.span_id.empty()) {
      context.set_trace_id(*trace_id, spec.sampling, state);
    } else {
      const auto span_id = SpanId::from_hex(spec.span_id);
      if (!span_id) return wrong("span_id", span_id.error());
      context.set_span_context({*trace_id, *span_id, TraceFlags(spec.flags), spec.remote, state});
    }
  }
  if (context.sampling() != spec.sampling) context.set_sampling(spec.sampling);

  constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  BaggageBuilder builder({}, {unlimited, unlimited});
  for (const MemberSpec& member : spec.baggage) {
    std::vector<BaggageBuilder::Property> properties;
    properties.reserve(member.properties.size());
    for (const PropertySpec& property : member.properties) {
      properties.push_back({property.key, property.value});
    }
    const auto done = builder.set(member.key, member.value, properties);
    if (!done) return wrong("baggage", done.error());
  }
  context.set_baggage(builder.build());
  return context;
}

VectorResult<PropagatorChain> make_chain(const ChainSpec& spec) {
  const ConfiguredChain configured = baton::make_chain(
      ChainConfiguration{spec.propagators, spec.propagators, spec.policy, spec.options});
  if (!configured.error.empty()) return tl::unexpected(configured.error);

  std::vector<PropagatorChain::Entry> entries;
  for (const PropagatorChain::Entry& link : configured.chain.readers()) {
    if (link->traits().name == "tracecontext" && spec.max_tracestate_bytes) {
      const TraceContextPropagator::Options options{*spec.max_tracestate_bytes,
                                                    spec.options.sampling_in_tracestate};
      entries.push_back(std::make_shared<TraceContextPropagator>(options));
    } else if (link->traits().name == "baggage") {
      entries.push_back(std::make_shared<BaggagePropagator>(spec.baggage_limits));
    } else if (link->traits().name == "jaeger") {
      entries.push_back(std::make_shared<JaegerPropagator>(spec.baggage_limits));
    } else if (link->traits().name == "ottrace") {
      entries.push_back(std::make_shared<OtTracePropagator>(spec.baggage_limits));
    } else {
      entries.push_back(link);
    }
  }
  return PropagatorChain(entries, spec.policy);
}

}  // namespace baton::testing
