// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "baton/id_tracer.hpp"
#include "baton/samplers.hpp"
#include "laws/require.hpp"
#include "laws/tracestate_laws.hpp"
#include "oracle/ot.hpp"

namespace laws {

using SamplerPointer = std::shared_ptr<const baton::Sampler>;

inline baton::Context child_of(const baton::Context& parent, const SamplerPointer& sampler) {
  return baton::IdTracer::context_of({.parent = parent}, *sampler);
}

inline std::string ot_member_of(const baton::Context& context) {
  return std::string(context.span_context().trace_state.get("ot").value_or(""));
}

/// The state of a span: the parent's, with its member `ot` as the oracle writes it.
inline std::string expected_state(const baton::Context& parent,
                                  const std::optional<std::string>& threshold) {
  std::vector<oracle::Entry> entries = entries_of(parent.span_context().trace_state);
  const std::string before = ot_member_of(parent);
  const std::string after =
      oracle::write_ot_member(oracle::read_ot_member(before).others, threshold);
  if (after != before) {
    std::erase_if(entries, [](const oracle::Entry& entry) { return entry.key == "ot"; });
    if (!after.empty()) entries.insert(entries.begin(), {"ot", after});
    if (entries.size() > 32) entries.pop_back();
  }
  return oracle::write_tracestate(entries);
}

inline void require_child(const baton::Context& parent, const SamplerPointer& sampler,
                          baton::Sampling sampling, const std::optional<std::string>& threshold) {
  const baton::Context child = child_of(parent, sampler);
  require_same(to_string(child.sampling()), to_string(sampling), "the decision");
  require(child.span_context().flags.sampled() == is_sampled(sampling), "the flag agrees with it");
  require(child.trace_id() == parent.trace_id(), "the trace remains");
  check_tracestate_text(child.span_context().trace_state);

  const auto before = oracle::read_ot_member(ot_member_of(parent));
  const auto after = oracle::read_ot_member(ot_member_of(child));
  require(after.randomness == before.randomness, "the randomness remains");
  require(!after.threshold || after.threshold == threshold, "no other threshold");
  // A threshold that does not change may remain as it is written: with zeros at its end.
  const bool may_remain = threshold && threshold == before.threshold;
  if (!may_remain || child.span_context().trace_state != parent.span_context().trace_state) {
    require_same(child.span_context().trace_state.header(), expected_state(parent, threshold),
                 "all else remains");
  }
  const baton::Context twice = child_of(child, sampler);
  require_same(to_string(twice.sampling()), to_string(sampling), "its child decides alike");
}

/// What every sampler must do about a child of `parent`, whose trace is known.
inline void check_sampling(const baton::Context& parent, double ratio) {
  using baton::Sampling;
  const Sampling decision = parent.sampling();
  const auto ot = oracle::read_ot_member(ot_member_of(parent));
  const std::string randomness = ot.randomness.value_or(parent.trace_id().to_string().substr(18));

  // The ratio's threshold, as the sampler writes it for a trace that every sampler takes.
  baton::Context most;
  most.set_trace_id(baton::TraceId(1, ~std::uint64_t{0}), Sampling::defer);
  const SamplerPointer by_ratio = baton::trace_id_ratio(ratio);
  const auto threshold = oracle::read_ot_member(ot_member_of(child_of(most, by_ratio))).threshold;
  const auto at_random = threshold && randomness >= *threshold ? threshold : std::nullopt;
  const Sampling by_chance = at_random ? Sampling::sample : Sampling::drop;
  const auto parents = ot.threshold && randomness >= *ot.threshold ? ot.threshold : std::nullopt;

  if (decision == Sampling::debug) {
    for (const SamplerPointer& sampler : {by_ratio, baton::always_off(), parent_based(by_ratio)}) {
      require_child(parent, sampler, Sampling::debug, std::nullopt);
    }
    return;
  }
  require_child(parent, by_ratio, by_chance, at_random);
  require_child(parent, baton::always_on(), Sampling::sample, std::nullopt);
  require_child(parent, baton::trace_id_ratio(1), Sampling::sample, std::string(14, '0'));
  require_child(parent, baton::always_off(), Sampling::drop, std::nullopt);
  require_child(parent, baton::rate_limited(1e9), Sampling::sample, std::nullopt);

  const SamplerPointer by_parent = parent_based(by_ratio);
  switch (decision) {
    case Sampling::defer: require_child(parent, by_parent, by_chance, at_random); break;
    case Sampling::drop: require_child(parent, by_parent, decision, std::nullopt); break;
    default: require_child(parent, by_parent, decision, parents);
  }

  const SamplerPointer overridden =
      parent_based(by_ratio, {by_ratio, by_ratio, by_ratio, by_ratio});
  const auto higher = at_random && parents ? std::max(at_random, parents) : std::nullopt;
  switch (decision) {
    case Sampling::defer: require_child(parent, overridden, by_chance, at_random); break;
    case Sampling::drop: require_child(parent, overridden, by_chance, std::nullopt); break;
    default: require_child(parent, overridden, by_chance, higher);
  }
}

}  // namespace laws
