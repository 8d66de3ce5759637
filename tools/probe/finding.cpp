// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/finding.hpp"

#include <array>

namespace baton::tool::probe {
namespace mistakes {
namespace {

constexpr std::string_view http = "RFC 9112";
constexpr std::string_view parent = "Trace Context L2 §3.2.2 (traceparent field values)";
constexpr std::string_view flags = "Trace Context L2 §3.2.2.5 (trace-flags)";
constexpr std::string_view state = "Trace Context L2 §3.3.2 (tracestate field values)";
constexpr std::string_view mutating = "Trace Context L2 §3.4 (mutating traceparent)";
constexpr std::string_view calls = "the order to call each URL once, in time";
constexpr std::string_view baggage = "W3C Baggage §3.3.1 (definition)";

}  // namespace

const Mistake no_connection{"no-connection", "accepts no connection", http};
const Mistake no_answer{"no-answer", "gives no whole answer within the timeout", http};
const Mistake closed_without_answer{"closed-without-answer",
                                    "closes the connection without an answer", http};
const Mistake closed_midway{"closed-midway", "closes the connection within an answer", http};
const Mistake answer_not_http{"answer-not-http", "answers what is not HTTP", http};
const Mistake answer_too_large{"answer-too-large", "answers more than 64 KiB of fields or 1 MiB",
                               http};
const Mistake server_error{"server-error", "answers with a status of 5xx", "RFC 9110 §15.6 (5xx)"};
const Mistake refused{"refused", "answers with a status of 4xx", "RFC 9110 §15.5 (4xx)"};
const Mistake redirected{"redirected",
                         "answers with a status of 3xx; redirections are not followed",
                         "RFC 9110 §15.4 (3xx)"};
const Mistake connection_dropped{"connection-dropped",
                                 "closes a connection that it said it would keep",
                                 "RFC 9112 §9.6 (tear-down)", Level::should};
const Mistake unwell_afterwards{"unwell-afterwards",
                                "does not serve the next request, a plain one, well", ""};

const Mistake not_called{"not-called", "makes no call, or fewer than it was told", calls};
const Mistake called_twice{"called-twice", "makes more calls than it was told", calls};
const Mistake called_late{"called-late", "makes the call after the probe stopped waiting", calls};
const Mistake call_not_http{"call-not-http", "makes a call that is not a valid request", http};
const Mistake call_too_large{
    "call-too-large", "makes a call of more than 64 KiB of fields or 1 MiB for a small request",
    http};

const Mistake traceparent_repeated{"traceparent-repeated", "sends more than one traceparent",
                                   parent};
const Mistake traceparent_malformed{"traceparent-malformed", "sends a malformed traceparent",
                                    parent};
const Mistake traceparent_version{"traceparent-version",
                                  "sends a traceparent of a version that does not exist yet",
                                  "Trace Context L2 §3.2.4 (versioning of traceparent)"};
const Mistake traceparent_flags{"traceparent-flags", "sends flags that are not defined", flags};
const Mistake tracestate_malformed{"tracestate-malformed", "sends a malformed tracestate", state};
const Mistake tracestate_repeats_key{"tracestate-repeats-key",
                                     "sends a tracestate with two members of one key",
                                     "Trace Context L2 §3.3.3 (combined header value)"};
const Mistake tracestate_without_traceparent{
    "tracestate-without-traceparent", "sends a tracestate without a traceparent",
    "Trace Context L2 §4.1.1 (no traceparent received)", Level::should};
const Mistake baggage_malformed{"baggage-malformed", "sends malformed baggage", baggage};
const Mistake field_malformed{"field-malformed", "sends a malformed field of another format", ""};
const Mistake name_not_lowercase{"name-not-lowercase",
                                 "sends a name of W3C's with uppercase letters",
                                 "Trace Context L2 §3.2.1 (header name)", Level::should};
const Mistake field_smuggled{"field-smuggled", "makes a field of a part of a value",
                             "RFC 9110 §5.5 (field values)"};
const Mistake member_smuggled{"member-smuggled", "makes a member of a part of a value",
                              "W3C Baggage §3.3.1.3 (value)"};

const Mistake trace_lost{"trace-lost", "does not send on a trace that must continue", ""};
const Mistake trace_restarted{"trace-restarted", "gives another id to a trace that must continue",
                              ""};
const Mistake trace_continued{"trace-continued", "takes a trace from an invalid request", ""};
const Mistake context_leaked{"context-leaked", "sends on what another request has brought",
                             mutating};
const Mistake new_trace_repeated{"new-trace-repeated", "gives two requests the same new trace id",
                                 "Trace Context L2 §3.2.2.3 (trace-id)", Level::should};
const Mistake calls_in_different_traces{
    "calls-in-different-traces", "gives two calls of one request different trace ids", mutating};
const Mistake parent_id_not_new{"parent-id-not-new", "sends the caller's parent id on", mutating};
const Mistake parent_id_repeated{"parent-id-repeated", "uses a new parent id twice", mutating};
const Mistake parent_id_not_forwarded{"parent-id-not-forwarded",
                                      "sends another parent id than the caller's", mutating};
const Mistake sampling_changed{"sampling-changed", "changes the caller's sampling decision", "",
                               Level::should};
const Mistake random_flag_changed{"random-flag-changed",
                                  "changes the random flag of a trace that it continues", flags};

const Mistake tracestate_lost{"tracestate-lost", "loses all members of a valid tracestate", ""};
const Mistake tracestate_changed{"tracestate-changed", "loses or changes members of tracestate",
                                 ""};
const Mistake tracestate_reordered{"tracestate-reordered", "changes the order of tracestate",
                                   "Trace Context L2 §3.5 (mutating tracestate)"};
const Mistake tracestate_kept{"tracestate-kept", "sends on a tracestate that is not to go on", ""};
const Mistake baggage_lost{"baggage-lost", "loses all members of valid baggage", ""};
const Mistake baggage_incomplete{"baggage-incomplete", "loses some members of valid baggage", ""};
const Mistake baggage_changed{"baggage-changed", "changes the meaning of a member", ""};
const Mistake baggage_recoded{"baggage-recoded", "changes bytes of a member, but not its meaning",
                              baton_rules::baggage, Level::choice};
const Mistake baggage_reordered{"baggage-reordered", "changes the order of the members",
                                baton_rules::baggage, Level::choice};
const Mistake baggage_kept{"baggage-kept", "sends on a member that is invalid", ""};

}  // namespace mistakes

std::span<const Mistake* const> all_mistakes() noexcept {
  using namespace mistakes;
  static const std::array all{&no_connection,
                              &no_answer,
                              &closed_without_answer,
                              &closed_midway,
                              &answer_not_http,
                              &answer_too_large,
                              &server_error,
                              &refused,
                              &redirected,
                              &connection_dropped,
                              &unwell_afterwards,
                              &not_called,
                              &called_twice,
                              &called_late,
                              &call_not_http,
                              &call_too_large,
                              &traceparent_repeated,
                              &traceparent_malformed,
                              &traceparent_version,
                              &traceparent_flags,
                              &tracestate_malformed,
                              &tracestate_repeats_key,
                              &tracestate_without_traceparent,
                              &baggage_malformed,
                              &field_malformed,
                              &name_not_lowercase,
                              &field_smuggled,
                              &member_smuggled,
                              &trace_lost,
                              &trace_restarted,
                              &trace_continued,
                              &context_leaked,
                              &new_trace_repeated,
                              &calls_in_different_traces,
                              &parent_id_not_new,
                              &parent_id_repeated,
                              &parent_id_not_forwarded,
                              &sampling_changed,
                              &random_flag_changed,
                              &tracestate_lost,
                              &tracestate_changed,
                              &tracestate_reordered,
                              &tracestate_kept,
                              &baggage_lost,
                              &baggage_incomplete,
                              &baggage_changed,
                              &baggage_recoded,
                              &baggage_reordered,
                              &baggage_kept};
  return all;
}

}  // namespace baton::tool::probe
