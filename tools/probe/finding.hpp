// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tools/probe/case.hpp"

namespace baton::tool::probe {

/// A kind of mistake. Its name is stable: scripts may compare it.
struct Mistake {
  std::string_view name;
  std::string_view meaning;
  /// Where the demand is written; empty: the clause of the case.
  std::string_view clause;
  Level level = Level::must;
};

/// A mistake that was seen in a case.
struct Finding {
  const Mistake* mistake;
  Level level;
  std::string clause;
  std::string expected;
  std::string got;
};

/// All mistakes that the probe knows, in the order of its documentation.
[[nodiscard]] std::span<const Mistake* const> all_mistakes() noexcept;

namespace mistakes {

extern const Mistake no_connection;
extern const Mistake no_answer;
extern const Mistake closed_without_answer;
extern const Mistake closed_midway;
extern const Mistake answer_not_http;
extern const Mistake answer_too_large;
extern const Mistake server_error;
extern const Mistake refused;
extern const Mistake redirected;
extern const Mistake connection_dropped;
extern const Mistake unwell_afterwards;

extern const Mistake not_called;
extern const Mistake called_twice;
extern const Mistake called_late;
extern const Mistake call_not_http;
extern const Mistake call_too_large;

extern const Mistake traceparent_repeated;
extern const Mistake traceparent_malformed;
extern const Mistake traceparent_version;
extern const Mistake traceparent_flags;
extern const Mistake tracestate_malformed;
extern const Mistake tracestate_repeats_key;
extern const Mistake tracestate_without_traceparent;
extern const Mistake baggage_malformed;
extern const Mistake field_malformed;
extern const Mistake name_not_lowercase;
extern const Mistake field_smuggled;
extern const Mistake member_smuggled;

extern const Mistake trace_lost;
extern const Mistake trace_restarted;
extern const Mistake trace_continued;
extern const Mistake context_leaked;
extern const Mistake new_trace_repeated;
extern const Mistake calls_in_different_traces;
extern const Mistake parent_id_not_new;
extern const Mistake parent_id_repeated;
extern const Mistake parent_id_not_forwarded;
extern const Mistake sampling_changed;
extern const Mistake random_flag_changed;

extern const Mistake tracestate_lost;
extern const Mistake tracestate_changed;
extern const Mistake tracestate_reordered;
extern const Mistake tracestate_kept;
extern const Mistake baggage_lost;
extern const Mistake baggage_incomplete;
extern const Mistake baggage_changed;
extern const Mistake baggage_recoded;
extern const Mistake baggage_reordered;
extern const Mistake baggage_kept;

}  // namespace mistakes

}  // namespace baton::tool::probe
