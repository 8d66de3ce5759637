// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baton.hpp"
#include "baton/testing/rapidcheck.hpp"
#include "laws/carrier_of.hpp"
#include "laws/describe.hpp"
#include "laws/format_laws.hpp"
#include "laws/trust_laws.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;

/// A text that nothing else contains.
std::string unmistakable() {
  return *drawn([](Draw& draw) { return draw.text_of("bcdfghjkmnpqrstvwxyz", 16); }).as("value");
}

std::uint64_t unmistakable_id() {
  return *drawn([](Draw& draw) {
            return draw.number(std::uint64_t{1} << 60U, std::uint64_t{1} << 62U);
          }).as("id");
}

const std::vector<std::string> keys = {"tenant", "Tenant", "region.eu", "region.us",
                                       "region", "USER",   "user",      "x*"};
const std::vector<std::string> patterns = {"tenant", "region.*", "region.eu", "u*",
                                           "USER",   "*",        "Region.*",  "x*"};

template <class T>
std::vector<T> some_of(const std::vector<T>& all) {
  std::vector<T> some;
  for (const T& one : all) {
    if (*rc::gen::inRange(0, 3) == 0) some.push_back(one);
  }
  return some;
}

/// The plain rule, beside the library's.
bool is_allowed(const std::string& key, const baton::DestinationRule& rule) {
  return std::ranges::any_of(rule.baggage, [&](const std::string& pattern) {
    return pattern == key ||
           (pattern.back() == '*' && key.substr(0, pattern.size() - 1) + '*' == pattern);
  });
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

struct Secrets {
  baton::Context context;
  std::vector<std::string> trace_state;                      // values in it
  std::vector<std::pair<std::string, std::string>> baggage;  // keys and values
};

Secrets some_secrets() {
  Secrets secrets;
  const std::string vendor = unmistakable();
  const std::string origin = unmistakable();
  const std::string tag = unmistakable();
  secrets.trace_state = {vendor, origin, tag};
  baton::SpanContext ids{
      baton::TraceId(*rc::gen::arbitrary<bool>() ? unmistakable_id() : 0, unmistakable_id()),
      baton::SpanId(unmistakable_id()), baton::TraceFlags(), false,
      baton::TraceState::parse("rojo=" + vendor + ",dd=s:2;o:" + origin + ";t.usr.id:" + tag)
          .value()};
  if (*rc::gen::inRange(0, 4) == 0) ids.span_id = baton::SpanId();
  if (*rc::gen::inRange(0, 8) == 0) ids.trace_id = baton::TraceId();
  secrets.context.set_span_context(ids, static_cast<baton::Sampling>(*rc::gen::inRange(0, 4)));
  baton::BaggageBuilder builder;
  for (const std::string& key : some_of(keys)) {
    secrets.baggage.emplace_back(key, unmistakable());
    RC_ASSERT(builder.set(key, secrets.baggage.back().second).has_value());
  }
  secrets.context.set_baggage(builder.build());
  return secrets;
}

baton::DestinationRule some_rule() {
  return {.destination = *rc::gen::element<std::string>("*", "*.example", "api.example"),
          .context = *rc::gen::arbitrary<bool>(),
          .trace_state = *rc::gen::arbitrary<bool>(),
          .baggage = some_of(patterns)};
}

/// Each registered format alone, with what belongs beside it, and all of them.
std::vector<baton::PropagatorChain> chains() {
  std::vector<baton::PropagatorChain> all;
  std::string names;
  for (const auto& known : baton::registered_propagators()) {
    names.append(names.empty() ? "" : ",").append(known.traits.name);
    all.emplace_back(std::vector{known.make({})});
  }
  baton::ChainConfiguration everything{names, names, {}, {}, {}};
  everything.options.sampling_in_tracestate = true;
  all.push_back(baton::make_chain(everything).chain);
  return all;
}

bool is_of_baggage(std::string_view name) {
  return name == "baggage" || name.starts_with("uberctx-") || name.starts_with("ot-baggage-");
}

template <class Carrier>
void check_what_leaves(const baton::PropagatorChain& chain, const Secrets& secrets,
                       const baton::DestinationRule& rule, Carrier carrier) {
  // What an earlier injection left there must not leave either.
  if (*rc::gen::arbitrary<bool>()) chain.inject(secrets.context, carrier);
  chain.with_trust({.destinations = {rule}}).inject(secrets.context, carrier, "api.example");
  std::string wire;
  for (const auto& [name, value] : carrier.entries()) {
    wire += name + ": " + std::string(value.begin(), value.end()) + "\n";
    laws::require(rule.context || is_of_baggage(name), "no context leaves in " + name);
    laws::require((rule.context && rule.trace_state) || name != "tracestate",
                  "no tracestate leaves");
  }
  const auto require_absent = [&](const std::string& text) {
    laws::require(wire.find(text) == std::string::npos, "what is denied leaves:\n" + wire);
  };
  const baton::SpanContext& ids = secrets.context.span_context();
  if (!rule.context) {
    for (const std::uint64_t id : {ids.trace_id.low(), ids.trace_id.high(), ids.span_id.value()}) {
      if (id == 0) continue;
      require_absent(std::to_string(id));
      std::array<char, baton::SpanId::hex_size> hex;
      baton::SpanId(id).write_hex(hex);
      require_absent({hex.data(), hex.size()});
    }
  }
  if (!rule.context || !rule.trace_state)
    std::ranges::for_each(secrets.trace_state, require_absent);
  for (const auto& [key, value] : secrets.baggage) {
    if (is_allowed(key, rule)) continue;
    require_absent(value);
    const bool has_twin = std::ranges::any_of(secrets.baggage, [&, k = key](const auto& twin) {
      return lower(twin.first) == lower(k) && is_allowed(twin.first, rule);
    });
    if (has_twin) continue;
    require_absent("uberctx-" + lower(key) + ":");
    require_absent("ot-baggage-" + lower(key) + ":");
  }
}

RC_GTEST_PROP(TrustLaws, WhatIsDeniedIsInNoFieldOfAnyFormat, ()) {
  const Secrets secrets = some_secrets();
  const baton::DestinationRule rule = some_rule();
  for (const baton::PropagatorChain& chain : chains()) {
    check_what_leaves(chain, secrets, rule, oracle::Fields());
    check_what_leaves(chain, secrets, rule, laws::BinaryFields(oracle::Fields()));
  }
}

RC_GTEST_PROP(TrustLaws, WhatIsAllowedLeavesAsWithoutRules, ()) {
  const Secrets secrets = some_secrets();
  const baton::DestinationRule rule = some_rule();
  baton::Context allowed;
  if (rule.context) {
    allowed = secrets.context;
    if (!rule.trace_state) allowed.set_trace_state({});
  }
  baton::Baggage baggage = secrets.context.baggage();
  for (const auto& [key, value] : secrets.baggage) {
    if (!is_allowed(key, rule)) baggage = baggage.erase(key);
  }
  allowed.set_baggage(baggage);
  for (const baton::PropagatorChain& chain : chains()) {
    oracle::Fields expected;
    chain.inject(allowed, expected);
    if (!rule.trace_state) expected.erase("tracestate");
    oracle::Fields sent;
    chain.with_trust({.destinations = {rule}}).inject(secrets.context, sent, "api.example");
    laws::require(sent == expected, "exactly what is allowed leaves");
    oracle::Fields elsewhere;
    chain.with_trust({.destinations = {{"other.example"}, rule}})
        .inject(secrets.context, elsewhere, "api.example");
    laws::require(elsewhere == expected, "the first rule that matches counts");
  }
}

RC_GTEST_PROP(TrustLaws, CallersChooseNoMoreThanTheyMay, ()) {
  const auto list = *drawn([](Draw& draw) { return draw.fields(); }).as("fields");
  const oracle::Fields fields = laws::carrier_of(list);
  const baton::PropagatorChain chain = chains().back();
  const baton::Context full = chain.extract(fields);

  const std::vector<std::string> all(1, "*");
  const auto restarted =
      chain.with_trust({.callers = baton::CallerTrust::restart, .callers_baggage = all})
          .receive(fields);
  laws::require(restarted.context.span_context() == baton::SpanContext(), "no ids");
  laws::require(restarted.context.sampling() == baton::Sampling::defer, "no decision");
  laws::require(restarted.context.baggage() == full.baggage(), "baggage is accepted");
  laws::require(restarted.link ==
                    (full.span_context().is_valid() ? full.span_context() : baton::SpanContext()),
                "the caller's span is the link");
  oracle::Fields sent;
  chain.inject(restarted.context, sent);
  for (const auto& entry : sent.entries()) {
    laws::require(is_of_baggage(entry.first), "nothing but baggage is sent on");
  }

  const auto kept = chain.with_trust({.callers = baton::CallerTrust::keep_ids}).receive(fields);
  laws::require(kept.context.trace_id() == full.trace_id(), "the trace is the caller's");
  laws::require(kept.context.span_context().span_id == full.span_context().span_id,
                "the span is the caller's");
  laws::require(kept.context.sampling() == baton::Sampling::defer, "no decision");
  laws::require(!kept.context.span_context().flags.sampled(), "no flag");
  laws::require(kept.context.baggage().empty(), "no baggage");
  laws::require(!kept.link.is_valid(), "no link");
}

/// Words of the grammar, and what is nearly one, in any order.
std::string some_rules() {
  std::string text;
  for (const std::string& part :
       *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
           "*", "*.example", "api.*", "host", ".", "*x", ":", ":", ": ", ";", "; ", "all", "none",
           " context", " tracestate", " baggage", " baggage=a", ",b*", ",", "=", " ", "\t", "c d",
           std::string(256, 'k')))) {
    text += part;
  }
  return text;
}

RC_GTEST_PROP(TrustLaws, RulesAreReadAsTheReferenceReadsThem, ()) {
  const auto rules = laws::check_destinations(some_rules());
  const std::string destination =
      *rc::gen::element<std::string>("", "host", "HOST.", "api.example", "x.api.example.");
  laws::check_leaving(chains().back(), some_secrets().context, rules, destination);
}

TEST(TrustLaws, RulesAreReadUpToTheirLimits) {
  const auto times = [](std::size_t count, std::string_view text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
  };
  for (const std::size_t count : {63U, 64U, 65U, 66U}) {
    laws::check_destinations(times(count, "host: all;"));
    laws::check_destinations("host: baggage=" + times(count - 1, "key,") + "key");
  }
  for (const std::size_t size : {254U, 255U, 256U}) {
    laws::check_destinations(std::string(size, 'h') + ": all");
    laws::check_destinations("host: baggage=" + std::string(size, 'k'));
  }
}

}  // namespace
