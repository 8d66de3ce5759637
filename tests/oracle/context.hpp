// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "oracle/b3.hpp"
#include "oracle/baggage.hpp"
#include "oracle/datadog.hpp"
#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/gcp.hpp"
#include "oracle/jaeger.hpp"
#include "oracle/opencensus.hpp"
#include "oracle/ottrace.hpp"
#include "oracle/traceparent.hpp"
#include "oracle/tracestate.hpp"
#include "oracle/vocabulary.hpp"
#include "oracle/xray.hpp"

namespace oracle {

struct Context {
  /// Empty if no trace is known; flags and tracestate then have no meaning.
  std::string trace_id;
  /// Empty if no span is known.
  std::string span_id;
  bool sampled = false;
  bool random = false;
  std::vector<Entry> tracestate;
  std::vector<std::string> baggage_kept;
  std::vector<Member> baggage;
  std::string sampling = "defer";

  [[nodiscard]] bool has_trace() const { return !trace_id.empty(); }
  [[nodiscard]] bool has_span() const { return !span_id.empty(); }
  friend bool operator==(const Context&, const Context&) = default;
};

inline bool is_sampled(const std::string& sampling) {
  return sampling == "sample" || sampling == "debug";
}

/// The readers of the translated formats.
inline const std::map<std::string, std::optional<Found> (*)(const Fields&)> translators = {
    {"b3", read_b3},           {"b3multi", read_b3},    {"datadog", read_datadog},
    {"gcp", read_gcp},         {"jaeger", read_jaeger}, {"opencensus", read_opencensus},
    {"ottrace", read_ottrace}, {"xray", read_xray},     {"xray-lambda", read_xray},
};

inline bool has_key(const Context& context, const std::string& key) {
  const auto has_same_key = [&](const Member& member) { return member.key == key; };
  return std::ranges::any_of(context.baggage, has_same_key);
}

/// Adds a member, unless its key exists. Returns false if the usual limits have no room for it.
inline bool join_member(Context& context, const std::string& text) {
  const Member member = decoded(*read_member(text));
  if (has_key(context, member.key)) return true;
  std::size_t size = text.size();
  for (const std::string& kept : context.baggage_kept) size += kept.size() + 1;
  if (context.baggage_kept.size() == 180 || size > 8192) return false;
  context.baggage_kept.push_back(text);
  context.baggage.push_back(member);
  return true;
}

/// Adds entries up to the first one without room, or until as many useless ones as the usual limit
/// of members. The first `in_names` are from names of fields, and exist already if an earlier
/// format had their key in any case.
inline void join_entries(Context& context, const Pairs& entries, std::size_t in_names = 0) {
  if (entries.empty()) return;
  std::set<std::string> before;
  for (const Member& member : context.baggage) before.insert(ascii_lower(member.key));
  int bad = 0;
  int known = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [key, value] = entries[i];
    if (i == in_names) known = 0;
    if (bad + known == 180) return;
    const bool is_name_of_old = i < in_names && before.contains(key);
    if (!is_token(key)) {
      ++bad;
    } else if (is_name_of_old || has_key(context, key)) {
      ++known;
    } else if (!join_member(context, key + "=" + percent_encode(value))) {
      return;
    }
  }
}

/// Adds the members whose key is new, within the usual limits and without blanks around their "=".
inline void join_baggage(Context& context, const std::vector<std::string>& more) {
  std::map<std::string, std::string> last;
  for (const std::string& text : more) last[read_member(text)->key] = text;
  for (const Member& member : view_of(more)) {
    const std::string& kept = last.at(member.key);
    const std::size_t semicolon = kept.find(';');
    const std::string properties = semicolon == std::string::npos ? "" : kept.substr(semicolon);
    if (!join_member(context, member.key + "=" + read_member(kept)->value + properties)) return;
  }
}

/// What a format found for a chain, without baggage.
struct Given {
  std::string format;
  Context context;
};

/// All that a format reads; its baggage as it is in the fields.
struct Reading {
  Given given;
  std::vector<std::string> members;  ///< of the field `baggage`
  Pairs entries;                     ///< of a translated format
  std::size_t in_names = 0;          ///< the first of the entries
};

inline Reading read_alone(const std::string& format, const Fields& fields) {
  Reading reading{{format, {}}, {}, {}};
  Context& context = reading.given.context;
  if (format == "baggage") {
    reading.members = read_baggage(fields.all("baggage"));
  } else if (format == "tracecontext") {
    const auto parent = read_traceparent(fields.all("traceparent"));
    if (!parent) return reading;
    context.trace_id = parent->trace_id;
    context.span_id = parent->parent_id;
    context.sampled = parent->sampled;
    context.random = parent->random;
    context.sampling = parent->sampled ? "sample" : "drop";
    if (const auto state = read_tracestate(fields.all("tracestate"))) context.tracestate = *state;
  } else if (const auto found = translators.at(format)(fields)) {
    context.trace_id = found->trace_id;
    context.span_id = found->span_id;
    context.sampling = found->sampling;
    context.sampled = context.has_trace() && is_sampled(found->sampling);
    if (!found->dd.empty()) context.tracestate = {{"dd", found->dd}};
    reading.entries = found->baggage;
    reading.in_names = found->in_names;
  }
  return reading;
}

/// Adds the baggage of a format to a context that may have some.
inline void join_baggage_of(const Reading& reading, Context& context) {
  if (context.baggage_kept.empty()) {
    context.baggage_kept = reading.members;
    context.baggage = view_of(reading.members);
  } else {
    join_baggage(context, reading.members);
  }
  join_entries(context, reading.entries, reading.in_names);
}

/// What a format reads from the fields into an empty context.
inline Context read_format(const std::string& format, const Fields& fields) {
  Reading reading = read_alone(format, fields);
  join_baggage_of(reading, reading.given.context);
  return reading.given.context;
}

/// What each of a chain's formats reads from the fields.
inline std::vector<Reading> read_each(const std::vector<std::string>& formats,
                                      const Fields& fields) {
  std::vector<Reading> all;
  for (const std::string& format : formats) all.push_back(read_alone(format, fields));
  return all;
}

/// The sampling of formats with the same ids: the winner's, unless its format cannot say the
/// other's, or it has no decision and the other has one.
inline std::string combine_sampling(const Given& winner, const Given& other) {
  const std::string& said = winner.context.sampling;
  const std::string& heard = other.context.sampling;
  const bool knows_debug = vocabulary_of(winner.format).debug;
  const bool knows_defer = vocabulary_of(winner.format).defer;
  if (said == "sample" && heard == "debug" && !knows_debug) return heard;
  if (said == "drop" && heard == "defer" && !knows_defer) return heard;
  if (said == "defer" && is_sampled(heard)) return heard;
  if (said == "defer" && heard == "drop" && vocabulary_of(other.format).defer) return heard;
  return said;
}

/// Whether two ids are of the same trace: equal, or one of them cut to its last 64 bits.
inline bool is_same_trace(const std::string& a, const std::string& b) {
  if (a.substr(16) != b.substr(16)) return false;
  return a == b || is_zero(a.substr(0, 16)) || is_zero(b.substr(0, 16));
}

/// The members of the field `tracestate`, after those that only a translated format has, at
/// most 32.
inline std::vector<Entry> join_tracestates(const Given& winner, const Given& other) {
  const bool is_others = other.format == "tracecontext" && winner.format != "tracecontext";
  const std::vector<Entry>& base = (is_others ? other : winner).context.tracestate;
  std::vector<Entry> joined;
  for (const Entry& entry : (is_others ? winner : other).context.tracestate) {
    const auto has_same_key = [&](const Entry& kept) { return kept.key == entry.key; };
    if (std::ranges::none_of(base, has_same_key)) joined.push_back(entry);
  }
  joined.insert(joined.end(), base.begin(), base.end());
  if (joined.size() > 32) joined.resize(32);
  return joined;
}

inline void complete(Given& winner, const Given& other) {
  Context& ours = winner.context;
  const Context& theirs = other.context;
  if (!is_same_trace(ours.trace_id, theirs.trace_id)) return;
  if (is_zero(ours.trace_id.substr(0, 16))) ours.trace_id = theirs.trace_id;
  if (ours.span_id != theirs.span_id) return;
  ours.tracestate = join_tracestates(winner, other);
  ours.random = ours.random || theirs.random;
  ours.sampling = combine_sampling(winner, other);
  ours.sampled = is_sampled(ours.sampling);
}

inline std::string dd_of(const Context& context) {
  const auto is_dd = [](const Entry& entry) { return entry.key == "dd"; };
  const auto dd = std::ranges::find_if(context.tracestate, is_dd);
  return dd == context.tracestate.end() ? "" : dd->value;
}

/// Datadog's fields and the `dd` of the same ids must agree; a changed member is the first.
inline void reconcile(Context& winner, const Given& given) {
  const bool is_same = is_same_trace(winner.trace_id, given.context.trace_id) &&
                       winner.span_id == given.context.span_id;
  if (given.format != "datadog" || !is_same) return;
  const std::string before = dd_of(winner);
  const std::string after = reconcile_dd(before, dd_of(given.context), winner.sampling);
  if (after == before) return;
  std::erase_if(winner.tracestate, [](const Entry& entry) { return entry.key == "dd"; });
  if (!after.empty()) winner.tracestate.insert(winner.tracestate.begin(), {"dd", after});
  if (winner.tracestate.size() > 32) winner.tracestate.pop_back();
}

/// The first or the last of several, completed by the others.
inline Given choose(const std::vector<Given>& all, bool first_match) {
  const std::size_t best = first_match ? 0 : all.size() - 1;
  Given winner = all[best];
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != best) complete(winner, all[i]);
  }
  return winner;
}

/// The result of a chain of formats: the first or the last span context, completed by those with
/// the same ids; or else the first or last trace id alone, completed by the others and a lone
/// decision; or else that decision; and the baggage of all.
inline Context read_chain(const std::vector<Reading>& all, bool first_match) {
  std::vector<Given> spans;
  std::vector<Given> traces;
  std::vector<Given> decisions;
  Context baggage;
  for (const Reading& reading : all) {
    const Given& given = reading.given;
    if (given.context.has_span()) {
      spans.push_back(given);
    } else if (given.context.has_trace()) {
      traces.push_back(given);
    } else if (given.context.sampling != "defer") {
      decisions.push_back(given);
    }
    join_baggage_of(reading, baggage);
  }
  Context result;
  const auto decision = [&] { return first_match ? decisions.front() : decisions.back(); };
  if (!spans.empty()) {
    result = choose(spans, first_match).context;
    for (const Given& given : spans) reconcile(result, given);
  } else if (!traces.empty()) {
    Given winner = choose(traces, first_match);
    if (!decisions.empty()) winner.context.sampling = combine_sampling(winner, decision());
    for (const Given& given : traces) reconcile(winner.context, given);
    result = winner.context;
    result.sampled = is_sampled(result.sampling);
  } else if (!decisions.empty()) {
    result.sampling = decision().context.sampling;
  }
  result.baggage_kept = baggage.baggage_kept;
  result.baggage = baggage.baggage;
  return result;
}

inline Context read_chain(const std::vector<std::string>& formats, bool first_match,
                          const Fields& fields) {
  return read_chain(read_each(formats, fields), first_match);
}

}  // namespace oracle
