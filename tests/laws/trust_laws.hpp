// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "baton/baton.hpp"
#include "core/errors.hpp"
#include "core/trust_text.hpp"
#include "laws/chain_laws.hpp"
#include "laws/describe.hpp"
#include "laws/require.hpp"
#include "oracle/datadog.hpp"
#include "oracle/fields.hpp"
#include "oracle/ot.hpp"
#include "oracle/trust.hpp"

namespace laws {

/// The text of rules, read by the library; all that is wrong is reported.
inline std::vector<baton::DestinationRule> check_destinations(const std::string& text) {
  baton::detail::Errors errors;
  const auto rules = baton::detail::parse_destinations("RULES", text, errors);
  const std::vector<oracle::Rule> expected = oracle::read_rules(text);
  require(rules.size() == expected.size(), "as many rules as the reference reads");
  bool is_valid = true;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    require_same(rules[i].destination, expected[i].destination, "the same destination");
    require(rules[i].context == expected[i].context, "the same context");
    require(rules[i].trace_state == expected[i].trace_state, "the same tracestate");
    require(rules[i].baggage == expected[i].keys, "the same keys");
    is_valid = is_valid && expected[i].is_valid;
  }
  require(errors.text().empty() == is_valid, "what is wrong is reported, and nothing else");
  return rules;
}

inline baton::Baggage allowed_of(baton::Baggage baggage, const std::vector<std::string>& keys) {
  const baton::Baggage all = baggage;
  for (const baton::BaggageMember& member : all) {
    if (!oracle::is_key_allowed(std::string(member.key()), keys)) {
      baggage = baggage.erase(member.key());
    }
  }
  return baggage;
}

/// What leaves is exactly what the first rule that matches allows.
inline void check_leaving(const baton::PropagatorChain& chain, const baton::Context& context,
                          const std::vector<baton::DestinationRule>& rules,
                          const std::string& destination) {
  const auto rule = std::ranges::find_if(
      rules, [&](const auto& one) { return oracle::matches(one.destination, destination); });
  oracle::Fields expected;
  if (rule == rules.end()) {
    chain.inject(context, expected);
  } else {
    baton::Context allowed;
    if (rule->context) allowed = context;
    if (!rule->trace_state) allowed.set_trace_state({});
    allowed.set_baggage(allowed_of(context.baggage(), rule->baggage));
    chain.inject(allowed, expected);
    if (!rule->trace_state) expected.erase("tracestate");
  }
  oracle::Fields sent;
  chain.with_trust({.destinations = rules}).inject(context, sent, destination);
  require(sent == expected, "exactly what is allowed leaves");
}

/// What remains of a caller's tracestate says no decision, and is else what it was.
inline void check_without_decision(const baton::TraceState& state, const baton::TraceState& full) {
  require(!state.get("baton"), "Baton's own member says a decision");
  const std::string ot(state.get("ot").value_or(""));
  require(!oracle::read_ot_member(ot).threshold, "no threshold");
  const std::string dd(state.get("dd").value_or(""));
  for (const std::string& part : oracle::split(dd, ';')) {
    require(!part.starts_with("s:") && !part.starts_with("t.dm:"), "no decision of Datadog");
  }
  for (const auto& [key, value] : full) {
    if (key == "baton" || key == "ot" || key == "dd") continue;
    require(state.get(key) == value, "members of others remain");
  }
}

/// A context has of a caller's what the rules accept.
inline void check_callers(const baton::PropagatorChain& chain, const std::string& text,
                          const oracle::Fields& fields) {
  baton::TrustRules rules;
  baton::detail::Errors errors;
  baton::detail::parse_callers("CALLERS", text, rules, errors);
  const baton::Context full = chain.extract(fields);
  const baton::Received received = chain.with_trust(rules).receive(fields);
  const baton::SpanContext& ids = received.context.span_context();

  std::vector<std::string> keys;
  if (rules.callers_baggage) {
    keys = *rules.callers_baggage;
  } else if (rules.callers == baton::CallerTrust::full) {
    keys.emplace_back("*");
  }
  require_same(received.context.baggage().header(), allowed_of(full.baggage(), keys).header(),
               "of the baggage what the keys name");
  switch (rules.callers) {
    case baton::CallerTrust::full:
      require(ids == full.span_context() && received.context.sampling() == full.sampling(),
              "all of it");
      break;
    case baton::CallerTrust::keep_ids:
      require(ids.trace_id == full.trace_id() && ids.span_id == full.span_context().span_id,
              "the caller's ids");
      require(received.context.sampling() == baton::Sampling::defer && !ids.flags.sampled(),
              "no decision");
      check_without_decision(ids.trace_state, full.span_context().trace_state);
      break;
    case baton::CallerTrust::restart: {
      require(ids == baton::SpanContext(), "nothing");
      require(received.context.sampling() == baton::Sampling::defer, "no decision");
      const bool has_span = full.span_context().is_valid();
      require(received.link == (has_span ? full.span_context() : baton::SpanContext()),
              "the caller's span is the link");
    }
  }
  require(rules.callers == baton::CallerTrust::restart || !received.link.is_valid(),
          "a trace that goes on needs no link");
  const bool trusts_all = rules == baton::TrustRules();
  require(!trusts_all || text.empty() || text == "all", "only one word trusts a caller fully");
}

}  // namespace laws
