// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <memory>
#include <stdexcept>

#include "baton/translators/jaeger.hpp"
#include "baton/translators/ottrace.hpp"
#include "support/shown.hpp"
#include "vector.hpp"

namespace baton::test {
namespace {

/// For a call that cannot fail in a valid vector.
template <class T>
T must(expected<T> result, std::string_view what) {
  if (!result) throw std::runtime_error(std::string(what) + ": " + result.error().message());
  return *std::move(result);
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

Context make_context(const ContextSpec& spec) {
  Context context;
  if (!spec.trace_id.empty()) {
    TraceState state;
    for (auto member = spec.trace_state.rbegin(); member != spec.trace_state.rend(); ++member) {
      state = must(state.set(member->first, member->second), "tracestate");
    }
    const TraceId trace_id = must(TraceId::from_hex(spec.trace_id), "trace_id");
    if (spec.span_id.empty()) {
      context.set_trace_id(trace_id, spec.sampling, state);
    } else {
      context.set_span_context({trace_id, must(SpanId::from_hex(spec.span_id), "span_id"),
                                TraceFlags(spec.flags), spec.remote, state});
    }
  }
  if (context.sampling() != spec.sampling) context.set_sampling(spec.sampling);

  constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  BaggageBuilder builder({}, {unlimited, unlimited});
  for (const MemberSpec& member : spec.baggage) {
    std::vector<BaggageBuilder::Property> properties;
    for (const PropertySpec& property : member.properties) {
      properties.push_back({property.key, property.value});
    }
    const auto done = builder.set(member.key, member.value, properties);
    if (!done) throw std::runtime_error("baggage: " + done.error().message());
  }
  context.set_baggage(builder.build());
  return context;
}

PropagatorChain make_chain(const ChainSpec& spec) {
  const ConfiguredChain configured = baton::make_chain(
      ChainConfiguration{spec.propagators, spec.propagators, spec.policy, spec.options});
  if (!configured.error.empty()) throw std::runtime_error(configured.error);

  std::vector<PropagatorChain::Link> links;
  for (const PropagatorChain::Link& link : configured.chain.readers()) {
    if (link->traits().name == "tracecontext" && spec.max_tracestate_bytes) {
      const TraceContextPropagator::Options options{*spec.max_tracestate_bytes,
                                                    spec.options.sampling_in_tracestate};
      links.push_back(std::make_shared<TraceContextPropagator>(options));
    } else if (link->traits().name == "baggage") {
      links.push_back(std::make_shared<BaggagePropagator>(spec.baggage_limits));
    } else if (link->traits().name == "jaeger") {
      links.push_back(std::make_shared<JaegerPropagator>(spec.baggage_limits));
    } else if (link->traits().name == "ottrace") {
      links.push_back(std::make_shared<OtTracePropagator>(spec.baggage_limits));
    } else {
      links.push_back(link);
    }
  }
  return PropagatorChain(links, spec.policy);
}

}  // namespace baton::test
