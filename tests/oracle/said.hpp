// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "oracle/context.hpp"
#include "oracle/vocabulary.hpp"

namespace oracle {

/// Whether a field can have the value unchanged: printable ASCII without blanks at either end.
inline bool is_field_value(const std::string& bytes) {
  for (const char c : bytes) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return trim(bytes) == bytes;
}

/// Baggage without its properties, in the names of fields, which have no case. Of keys that differ
/// only in case, the first that can be said remains.
inline void say_baggage(Context& context, bool has_escapes) {
  std::map<std::string, std::string> last;
  for (const std::string& text : context.baggage_kept) {
    const Member member = *read_member(text);
    last[member.key] = member.value;
  }
  Pairs entries;
  for (const Member& member : context.baggage) {
    const std::string bytes = unescape(last.at(member.key));
    if (has_escapes || is_field_value(bytes)) entries.emplace_back(ascii_lower(member.key), bytes);
  }
  context.baggage_kept.clear();
  context.baggage.clear();
  join_entries(context, entries);
}

/// What remains of a context after a format has carried it.
inline Context said_by(const std::string& format, Context context) {
  const baton::FormatTraits& traits = traits_of(format);
  const baton::Vocabulary& words = traits.says;
  std::string dd;
  for (const Entry& member : context.tracestate) {
    if (member.key == "dd") dd = member.value;
  }
  dd = write_dd(read_dd(dd, context.sampling));
  if (format == "baggage") {
    Context left;
    left.baggage_kept = context.baggage_kept;
    left.baggage = context.baggage;
    return left;
  }
  if (context.has_trace() && !context.has_span() && !words.lone_trace_id) {
    context.trace_id.clear();
    context.sampling = "defer";
  }
  if (!words.trace_state || !context.has_trace()) {
    context.tracestate.clear();
    context.random = false;
  }
  if (!words.trace_id_high && context.has_trace()) {
    context.trace_id = std::string(16, '0') + context.trace_id.substr(16);
  }
  const bool needs_low_half = format == "datadog" || !words.trace_id_high;
  if (needs_low_half && context.has_trace() && is_zero(context.trace_id.substr(16))) {
    context.trace_id.clear();
    context.span_id.clear();
    context.sampling = "defer";
  }
  if (traits.state_key == "dd" && context.has_trace() && !dd.empty()) {
    context.tracestate = {{"dd", dd}};
  }
  if (context.has_trace()) {
    if (context.sampling == "debug" && !words.debug) context.sampling = "sample";
    if (context.sampling == "defer" && !words.defer) context.sampling = "drop";
  } else {
    const bool is_said = context.sampling == "debug" ? words.lone_debug : words.lone_decision;
    if (!is_said) context.sampling = "defer";
  }
  context.sampled = context.has_trace() && is_sampled(context.sampling);
  if (!words.baggage || !(context.has_trace() || words.lone_baggage)) {
    context.baggage_kept.clear();
    context.baggage.clear();
  } else {
    say_baggage(context, words.any_bytes);
  }
  return context;
}

}  // namespace oracle
