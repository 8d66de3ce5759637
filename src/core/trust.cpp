// SPDX-License-Identifier: Apache-2.0
#include "core/trust.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/baggage_joiner.hpp"
#include "core/ot_member.hpp"
#include "core/stored_baggage.hpp"
#include "text/bounded_writer.hpp"
#include "text/chars.hpp"
#include "text/growing_text.hpp"
#include "text/parts.hpp"

namespace baton::detail {
namespace {

constexpr std::string_view any = "*";
constexpr BaggageLimits no_limits{std::numeric_limits<std::size_t>::max(), max_stored_bytes};
constexpr Charset name_chars = Charset::range(0x21, 0x7e) - Charset("*;");

bool matches(std::string_view pattern, std::string_view name) noexcept {
  if (pattern == any) return true;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (pattern.ends_with('.')) pattern.remove_suffix(1);
  const std::size_t fixed = pattern.size() - 1;
  if (pattern.starts_with('*')) {
    return name.size() > fixed &&
           equals_ignoring_case(name.substr(name.size() - fixed), pattern.substr(1));
  }
  if (pattern.ends_with('*')) {
    return name.size() > fixed && starts_with_ignoring_case(name, pattern.substr(0, fixed));
  }
  return equals_ignoring_case(name, pattern);
}

bool allows_all(const std::vector<std::string>& keys) noexcept {
  return std::ranges::find(keys, any) != keys.end();
}

bool denies_nothing(const DestinationRule& rule) noexcept {
  return rule.context && rule.trace_state && allows_all(rule.baggage);
}

void limit_keys(std::vector<std::string>& keys) {
  keys.resize(std::min(keys.size(), TrustRules::max_keys));
  std::erase_if(keys, [](const std::string& key) { return !is_key_pattern(key); });
}

/// The members that are allowed. Nothing if there is no memory for them.
std::optional<Baggage> filter(const Baggage& baggage,
                              const std::vector<std::string>& allowed) noexcept {
  if (allows_all(allowed)) return baggage;
  GrowingText kept;
  for_each_part(baggage.header(), ',', [&](std::string_view member) {
    if (!is_key_allowed(key_of(member), allowed)) return;
    if (kept.empty()) {
      kept.reserve(baggage.header().size());
    } else {
      kept.append(',');
    }
    kept.append(member);
  });
  if (kept.size() == baggage.header().size()) return baggage;
  Baggage copy = baggage_of(kept.view());
  if (kept.failed() || copy.empty() != kept.empty()) return std::nullopt;
  return copy;
}

/// Parts of members of tracestate that say a decision, as `key:value` between semicolons.
struct DecisionPart {
  std::string_view member;
  std::string_view key;
};
constexpr std::array decision_parts{
    DecisionPart{"dd", "s"},     // Datadog: the priority
    DecisionPart{"dd", "t.dm"},  // Datadog: the reason of the decision
};
/// Baton's own member says nothing else.
constexpr std::string_view decision_member = "baton";

/// A value of tracestate, and so not longer than such a value may be.
using StateText = BoundedWriter<TraceState::max_value_size>;

StateText without_part(std::string_view list, std::string_view key) noexcept {
  StateText rest;
  bool is_first = true;
  for_each_part(list, ';', [&](std::string_view part) {
    if (part.substr(0, part.find(':')) == key) return;
    if (!std::exchange(is_first, false)) rest.append(';');
    rest.append(part);
  });
  return rest;
}

TraceState without_decision(TraceState state) {
  state = with_threshold(state.erase(decision_member), std::nullopt);  // OpenTelemetry's
  for (const auto& [member, key] : decision_parts) {
    const auto value = state.get(member);
    if (!value) continue;
    const StateText text = without_part(*value, key);
    std::string_view rest = text.view();
    while (rest.ends_with(' ')) rest.remove_suffix(1);  // no value of tracestate may end with one
    if (rest == *value) continue;
    const auto changed = rest.empty() ? state.erase(member) : state.set(member, rest);
    state = changed.value_or(state.erase(member));
  }
  return state;
}

}  // namespace

bool is_destination_pattern(std::string_view pattern) noexcept {
  if (pattern.size() > TrustRules::max_pattern_size) return false;
  if (pattern == any) return true;
  if (pattern.starts_with("*.")) {
    pattern.remove_prefix(2);
  } else if (pattern.ends_with(".*")) {
    pattern.remove_suffix(2);
  }
  return !pattern.empty() && pattern != "." && name_chars.find_outside(pattern) == pattern.size();
}

bool is_key_pattern(std::string_view pattern) noexcept {
  return pattern.size() <= TrustRules::max_pattern_size && is_token(pattern);
}

bool is_key_allowed(std::string_view key, const std::vector<std::string>& allowed) noexcept {
  return std::ranges::any_of(allowed, [key](std::string_view pattern) {
    return pattern == key ||
           (pattern.ends_with('*') && key.starts_with(pattern.substr(0, pattern.size() - 1)));
  });
}

Trust::Trust(TrustRules rules) : rules_(std::move(rules)) {
  auto& destinations = rules_.destinations;
  if (destinations.size() > TrustRules::max_rules) {
    destinations.resize(TrustRules::max_rules);
    destinations.push_back({.destination = std::string(any)});
  }
  for (DestinationRule& rule : destinations) {
    if (!is_destination_pattern(rule.destination)) rule = {.destination = std::string(any)};
    limit_keys(rule.baggage);
  }
  const std::vector<std::string> otherwise(rules_.callers == CallerTrust::full ? 1 : 0,
                                           std::string(any));
  callers_baggage_ = rules_.callers_baggage.value_or(otherwise);
  limit_keys(callers_baggage_);
  accepts_all_ = rules_.callers == CallerTrust::full && allows_all(callers_baggage_);
}

const DestinationRule* Trust::find(std::string_view destination) const noexcept {
  const auto rule = std::ranges::find_if(rules_.destinations, [&](const DestinationRule& one) {
    return matches(one.destination, destination);
  });
  return rule == rules_.destinations.end() || denies_nothing(*rule) ? nullptr : &*rule;
}

SpanContext Trust::accept(const Context& received, Context& context, ExtractReport* report) const {
  SpanContext link;
  const SpanContext& caller = received.span_context();
  if (caller != context.span_context() || received.sampling() != context.sampling()) {
    switch (rules_.callers) {
      case CallerTrust::full: context.set_span_context(caller, received.sampling()); break;
      case CallerTrust::keep_ids:
        context.set_span_context(caller, Sampling::defer);
        context.set_trace_state(without_decision(caller.trace_state));
        break;
      case CallerTrust::restart:
        if (caller.is_valid()) link = caller;
        break;
    }
  }
  const ParseError error = accept_baggage(received.baggage(), context);
  if (report != nullptr && error) report->add(Baggage::field, error);
  return link;
}

/// The formats that read the baggage have applied their limits, to that of `context` as well.
ParseError Trust::accept_baggage(const Baggage& received, Context& context) const {
  if (received == context.baggage()) return {};
  const std::optional<Baggage> accepted = filter(received, callers_baggage_);
  if (!accepted) return {ErrorCode::out_of_memory, 0};
  if (!context.baggage().empty()) return join_baggage(context, *accepted, no_limits);
  context.set_baggage(*accepted);
  return {};
}

Context restrict(const Context& context, const DestinationRule& rule) noexcept {
  Context allowed;
  if (rule.context) {
    allowed.set_span_context(context.span_context(), context.sampling());
    if (!rule.trace_state) allowed.set_trace_state({});
  }
  allowed.set_baggage(filter(context.baggage(), rule.baggage).value_or(Baggage()));
  return allowed;
}

}  // namespace baton::detail
