// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baton/baton.hpp"
#include "laws/require.hpp"
#include "oracle/context.hpp"

namespace laws {

/// What the library found, in the types of the reference readers.
inline std::vector<oracle::Entry> entries_of(const baton::TraceState& state) {
  std::vector<oracle::Entry> entries;
  for (const auto& [key, value] : state) entries.push_back({std::string(key), std::string(value)});
  return entries;
}

inline std::vector<oracle::Member> members_of(const baton::Baggage& baggage) {
  std::vector<oracle::Member> members;
  for (const baton::BaggageMember& member : baggage) {
    oracle::Member copy{std::string(member.key()), member.value(), {}};
    for (const baton::BaggageProperty& property : member.properties()) {
      copy.properties.push_back({std::string(property.key()), property.value()});
    }
    members.push_back(copy);
  }
  return members;
}

inline oracle::Context context_of(const baton::Context& context) {
  oracle::Context result;
  const baton::SpanContext& span = context.span_context();
  if (span.is_valid()) {
    result.span_id = span.span_id.to_string();
  }
  if (context.trace_id().is_valid()) {
    result.trace_id = context.trace_id().to_string();
    result.sampled = span.flags.sampled();
    result.random = span.flags.random();
    result.tracestate = entries_of(span.trace_state);
  }
  if (!context.baggage().empty()) {
    result.baggage_kept = oracle::split(context.baggage().header(), ',');
  }
  result.baggage = members_of(context.baggage());
  result.sampling = baton::to_string(context.sampling());
  return result;
}

inline std::string shown(const std::vector<oracle::Member>& members) {
  std::string text;
  for (const oracle::Member& member : members) {
    text += "[" + shown(member.key) + " = " + shown(member.value);
    for (const oracle::Property& property : member.properties) {
      text += "; " + shown(property.key) + " = " + (property.value ? shown(*property.value) : "-");
    }
    text += "]";
  }
  return text;
}

inline std::string shown(const oracle::Context& context) {
  return "trace " + context.trace_id + " span " + (context.has_span() ? context.span_id : "-") +
         (context.sampled ? " S" : "") + (context.random ? " R" : "") + " tracestate " +
         shown(oracle::write_tracestate(context.tracestate)) + " baggage " +
         shown(oracle::join(context.baggage_kept, ",")) + " " + shown(context.baggage) +
         " sampling " + context.sampling;
}

template <class Value>
void require_equal(const Value& ours, const Value& expected, std::string_view law) {
  if (!(ours == expected)) {
    throw Broken(std::string(law) + ": " + shown(ours) + " is not " + shown(expected));
  }
}

/// Whether the field is one entry of baggage: its name counts even without a value.
inline bool is_baggage_entry(std::string_view name) {
  for (const auto& known : baton::registered_propagators()) {
    for (const std::string_view prefix : known.traits.prefixes) {
      if (name.starts_with(prefix)) return true;
    }
  }
  return false;
}

/// No field value may have a control byte, except for a tab in forwarded baggage.
inline void require_clean(std::string_view name, std::string_view value) {
  require(!value.empty() || is_baggage_entry(name), "a field that is sent says something");
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool tab = name == "baggage" && c == '\t';
    require((byte >= 0x20 && byte < 0x7f) || tab, "what leaves is printable ASCII");
  }
}

}  // namespace laws
