// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/tracestate.hpp"
#include "baton/w3c.hpp"
#include "laws/describe.hpp"
#include "laws/require.hpp"
#include "oracle/fields.hpp"
#include "oracle/tracestate.hpp"

namespace laws {

inline const std::string some_traceparent =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";

inline oracle::Fields tracestate_fields(const std::vector<std::string>& instances) {
  oracle::Fields fields{{"traceparent", some_traceparent}};
  for (const std::string& instance : instances) fields.add("tracestate", instance);
  return fields;
}

inline baton::Context extract_trace(const oracle::Fields& fields,
                                    baton::ExtractReport* report = nullptr) {
  baton::Context context;
  baton::TraceContextPropagator().extract(fields, context, report);
  return context;
}

/// For any state: its own text reads as the same state.
inline void check_tracestate_text(const baton::TraceState& state) {
  require(state.size() <= baton::TraceState::max_members, "at most 32 members");
  require(state.empty() == state.header().empty(), "empty has no text");
  const auto again = baton::TraceState::parse(state.header());
  require(again.has_value(), "what is sent is valid");
  require_same(again->header(), state.header(), "format after parse is a fixed point");
  const std::vector<oracle::Entry> entries = entries_of(state);
  require(entries.size() == state.size(), "the size is the number of members");
  require_same(oracle::write_tracestate(entries), state.header(), "the members are the text");
  for (const oracle::Entry& entry : entries) {
    const auto value = state.get(entry.key);
    require(value.has_value(), "a member can be got");
    require_same(*value, entry.value, "a member can be got");
  }
}

/// A byte limit drops whole members: those of more than 128 characters first, then the last.
inline void check_tracestate_limit(const baton::TraceState& state, std::size_t limit) {
  const std::string text = state.header(limit);
  require(text.size() <= limit, "within the byte limit");
  if (state.header().size() <= limit) {
    require_same(text, state.header(), "what fits is not cut");
    return;
  }
  bool long_kept = false;
  bool short_dropped = false;
  std::vector<std::string> kept = oracle::split(text, ',');
  if (text.empty()) kept.clear();
  std::size_t next = 0;
  for (const std::string& member : oracle::split(state.header(), ',')) {
    const bool is_kept = next < kept.size() && kept[next] == member;
    if (is_kept) ++next;
    if (member.size() > 128) {
      long_kept = long_kept || is_kept;
    } else {
      require(!(short_dropped && is_kept), "members go from the end");
      short_dropped = short_dropped || !is_kept;
    }
  }
  require(next == kept.size(), "whole members in their order");
  require(!(long_kept && short_dropped), "long members go first");
}

/// `set` and `erase` with any bytes, on any valid state.
inline void check_tracestate_change(const baton::TraceState& state, const std::string& key,
                                    const std::string& value) {
  std::vector<oracle::Entry> others = entries_of(state);
  std::erase_if(others, [&](const oracle::Entry& entry) { return entry.key == key; });

  const baton::TraceState without = state.erase(key);
  check_tracestate_text(without);
  require(!without.get(key), "what is erased is gone");
  require_same(without.header(), oracle::write_tracestate(others), "erase leaves the others");

  const auto changed = state.set(key, value);
  const bool valid = oracle::is_tracestate_key(key) && oracle::is_tracestate_value(value);
  require(changed.has_value() == valid, "set takes what the grammar takes");
  if (!changed) {
    const std::size_t size = oracle::is_tracestate_key(key) ? value.size() : key.size();
    require(changed.error().offset <= size, "an error lies within its argument");
    return;
  }
  check_tracestate_text(*changed);
  require(changed->get(key) == value, "what is set can be got");
  others.insert(others.begin(), {key, value});
  if (others.size() > baton::TraceState::max_members) others.pop_back();
  require_same(changed->header(), oracle::write_tracestate(others),
               "set puts the member first and leaves the others, but for one too many");
  const auto twice = changed->set(key, value);
  require(twice && *twice == *changed, "set is idempotent");
}

/// All that must hold for any instances of tracestate beside a valid traceparent.
inline void check_tracestate(const std::vector<std::string>& instances) {
  baton::ExtractReport report;
  const baton::Context context = extract_trace(tracestate_fields(instances), &report);
  const baton::TraceState& state = context.span_context().trace_state;
  const auto expected = oracle::read_tracestate(instances);

  oracle::Context found = context_of(context);
  require_same(found.trace_id, some_traceparent.substr(3, 32), "traceparent is not harmed");
  require_same(found.span_id, some_traceparent.substr(36, 16), "traceparent is not harmed");
  require(found.sampled && found.random, "traceparent is not harmed");
  require_same(state.header(),
               oracle::write_tracestate(expected.value_or(std::vector<oracle::Entry>())),
               "reads what the reference reads");
  if (!expected) require(report.issue_count() > 0, "a bad tracestate is reported");

  const std::string joined = oracle::join(instances, ",");
  const std::vector<char> exact(joined.begin(), joined.end());
  const auto parsed = baton::TraceState::parse({exact.data(), exact.size()});
  require(parsed.has_value() == expected.has_value(), "accepts what the reference accepts");
  if (parsed) {
    require_same(parsed->header(), state.header(), "several fields are one list");
  } else {
    require(parsed.error().offset <= joined.size(), "an error lies within the text");
  }
  const baton::Context split = extract_trace(tracestate_fields(oracle::split(joined, ',')));
  require_same(split.span_context().trace_state.header(), state.header(),
               "splitting at commas changes nothing");

  check_tracestate_text(state);
  for (const std::size_t limit :
       {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{128}, std::size_t{512},
        state.header().size() / 2, state.header().size()}) {
    check_tracestate_limit(state, limit);
  }
}

}  // namespace laws
