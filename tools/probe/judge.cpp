// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/judge.hpp"

#include <algorithm>

#include "baton/detail/ascii.hpp"
#include "tools/fields.hpp"
#include "tools/probe/verdict.hpp"

namespace baton::tool::probe {
namespace {

Vocabulary all_that(const PropagatorChain& written) {
  Vocabulary all;
  for (const auto& writer : written.writers()) {
    const Vocabulary& says = writer->traits().says;
    all.ids |= says.ids;
    all.trace_id_high |= says.trace_id_high;
    all.random |= says.random;
    all.trace_state |= says.trace_state;
    all.debug |= says.debug;
    all.lone_decision |= says.lone_decision;
    all.lone_debug |= says.lone_debug;
  }
  return all;
}

std::string lowercase(std::string text) {
  std::ranges::transform(text, text.begin(), detail::to_lower);
  return text;
}

/// Whether the request contains that trace id, or its second half, in whatever form.
bool names_trace(const Case& expected, TraceId trace) {
  constexpr std::size_t min_digits = 10;  // a small number is in many texts
  const std::string hex = trace.to_string();
  const std::string decimal = std::to_string(trace.low());
  for (const std::string& named : expected.named_ids) {
    if (std::string_view(named).substr(16) == std::string_view(hex).substr(16)) return true;
  }
  for (const std::string& line : expected.lines) {
    const std::string text = lowercase(line);
    if (text.find(hex.substr(16)) != text.npos) return true;
    if (decimal.size() >= min_digits && text.find(decimal) != text.npos) return true;
  }
  return false;
}

/// The fields that arrived and matter, for people.
std::string shown(const std::vector<Header>& fields, const PropagatorChain& written) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!written.owns(name)) continue;
    if (!out.empty()) out += "; ";
    out.append(name).append(": ").append(value);
  }
  return out.empty() ? "no field of these formats" : out;
}

std::string described(const Reply& reply) {
  if (reply.answer != Answer::answered) return reply.problem;
  return "status " + std::to_string(reply.status);
}

const Mistake* mistake_of(Answer answer) noexcept {
  switch (answer) {
    case Answer::answered: return nullptr;
    case Answer::not_connected: return &mistakes::no_connection;
    case Answer::timed_out: return &mistakes::no_answer;
    case Answer::closed: return &mistakes::closed_without_answer;
    case Answer::closed_midway: return &mistakes::closed_midway;
    case Answer::not_http: return &mistakes::answer_not_http;
    case Answer::too_large: return &mistakes::answer_too_large;
  }
  return nullptr;
}

/// Who refuses what is hostile may close at once: the rest of the request is on its way.
bool is_refusal(const Case& expected, const Reply& reply) noexcept {
  if (!expected.may_refuse) return false;
  if (reply.answer == Answer::closed) return expected.is_hostile;
  return reply.answer == Answer::answered && reply.status >= 400 && reply.status < 500;
}

/// Who passes on what is as large as the probe's limits exceeds them.
bool is_large(const Case& sent) noexcept {
  constexpr std::size_t large = std::size_t{32} << 10;
  std::size_t bytes = 0;
  for (const std::string& line : sent.lines) bytes += line.size();
  return bytes >= large;
}

void judge_call_problem(Verdict& verdict, const Call& call) {
  if (!call.is_too_large) {
    verdict.add(mistakes::call_not_http, "a valid HTTP request", call.problem);
  } else if (!is_large(verdict.expected())) {
    verdict.add(mistakes::call_too_large, "a call of that size at most", call.problem);
  }
}

void judge_reply(Verdict& verdict, const Reply& reply) {
  if (reply.dropped_connection) {
    verdict.add(mistakes::connection_dropped, "the connection is kept, or `Connection: close`",
                "closed");
  }
  judge_smuggling(verdict, reply.fields);
  if (is_refusal(verdict.expected(), reply)) return;
  if (reply.answer == Answer::too_large && is_large(verdict.expected())) return;
  if (const Mistake* const mistake = mistake_of(reply.answer)) {
    verdict.add(*mistake, "an answer", described(reply));
  } else if (reply.status >= 500) {
    verdict.add(mistakes::server_error, "a status below 500", described(reply));
  } else if (reply.status >= 400) {
    verdict.add(mistakes::refused, "a status of 2xx", described(reply));
  } else if (reply.status >= 300) {
    verdict.add(mistakes::redirected, "a status of 2xx", described(reply));
  }
}

void judge_count(Verdict& verdict, const Observation& seen) {
  const Case& expected = verdict.expected();
  const std::string wanted =
      expected.calls == 1 ? "one call" : std::to_string(expected.calls) + " calls";
  bool is_missing = false;
  for (unsigned number = 0; number < expected.calls; ++number) {
    std::size_t in_time = 0;
    std::size_t late = 0;
    for (const Call& call : seen.calls) {
      if (call.number == number) ++(call.is_late ? late : in_time);
    }
    if (in_time + late > 1) {
      verdict.add(mistakes::called_twice, wanted,
                  std::to_string(in_time + late) + " calls of one address");
    } else if (late != 0) {
      verdict.add(mistakes::called_late, wanted, "a call after the answer and the time for it");
    }
    is_missing = is_missing || in_time + late == 0;
  }
  // The reason is known if there was no good answer.
  if (is_missing && seen.reply.answer == Answer::answered && seen.reply.status < 300) {
    verdict.add(mistakes::not_called, wanted, std::to_string(seen.calls.size()) + " calls");
  }
}

}  // namespace

Judge::Judge(JudgeOptions options)
    : options_(std::move(options)), says_(all_that(options_.written)) {}

std::vector<Finding> Judge::judge(const Case& expected, const Observation& seen) {
  Verdict verdict(expected);
  if (!seen.was_run) return {};
  ++judged_;
  judge_reply(verdict, seen.reply);

  if (options_.call == CallMode::response) {
    const bool is_answered = seen.reply.answer == Answer::answered && seen.reply.status < 300;
    if (is_answered) judge_fields(verdict, seen.reply.fields);
  } else {
    judge_count(verdict, seen);
    std::optional<TraceId> trace;
    for (const Call& call : seen.calls) {
      if (!call.problem.empty()) {
        judge_call_problem(verdict, call);
        continue;
      }
      const TraceId got = judge_fields(verdict, call.fields);
      if (!got.is_valid()) continue;
      if (trace && *trace != got) {
        const Level level = expected.trace == Trace::continued ? Level::must : Level::should;
        verdict.add(mistakes::calls_in_different_traces, level,
                    std::string(mistakes::calls_in_different_traces.clause),
                    "one trace id for all calls", trace->to_string() + " and " + got.to_string());
      }
      trace = got;
    }
  }
  remember(expected);
  return verdict.take();
}

void Judge::remember(const Case& sent) {
  const auto add = [this](std::string_view id) {
    const auto trace = TraceId::from_hex(id);
    if (trace && trace->is_valid()) sent_traces_.insert(*trace);
  };
  add(sent.trace_id);
  for (const std::string& id : sent.named_ids) add(id);
  sent_members_.insert(sent.baggage.members.begin(), sent.baggage.members.end());
}

/// A trace that the request does not name must be new.
void Judge::judge_origin(Verdict& verdict, TraceId trace) {
  const Case& expected = verdict.expected();
  const auto wanted = TraceId::from_hex(expected.trace_id);
  const bool is_wanted = wanted && wanted->low() == trace.low();  // all that 64 bits can say
  if (!trace.is_valid() || is_wanted || names_trace(expected, trace)) return;
  const std::string arrived = "trace " + trace.to_string();
  const auto [known, is_new] = new_traces_.try_emplace(trace, &expected);
  if (sent_traces_.contains(trace)) {
    verdict.add(mistakes::context_leaked, "nothing of another request", arrived);
  } else if (!is_new && known->second != &expected) {
    verdict.add(mistakes::new_trace_repeated, "a trace id that no other request got", arrived);
  }
}

TraceId Judge::judge_fields(Verdict& verdict, const std::vector<Header>& fields) {
  judge_smuggling(verdict, fields);
  judge_form(verdict, fields, options_.written, options_.spans != Spans::fresh);

  Fields carrier;
  for (const auto& [name, value] : fields) carrier.add({name, value});
  const Context got = options_.written.extract(carrier);
  if (says_.ids) judge_trace(verdict, got, shown(fields, options_.written));
  if (says_.trace_state && !is_tracestate_passed_on(verdict.expected(), fields))
    judge_tracestate(verdict, join_values(fields, "tracestate"));
  judge_origin(verdict, got.trace_id());
  judge_leaked_baggage(verdict, got.baggage().header(), sent_members_);
  if (has_writer(options_.written, "baggage")) {
    judge_baggage(verdict, join_values(fields, "baggage"));
  } else if (has_writer(options_.written, verdict.expected().format)) {
    // Another format may have no word for a member: that is no mistake of the service.
    judge_baggage(verdict, got.baggage().header());
  }
  return got.trace_id();
}

void Judge::judge_trace(Verdict& verdict, const Context& got, const std::string& arrived) {
  const Case& expected = verdict.expected();
  const bool has_span = got.span_context().is_valid();
  bool is_continued = false;
  if (expected.trace == Trace::not_continued) {
    if (got.trace_id().is_valid() && names_trace(expected, got.trace_id())) {
      verdict.add(mistakes::trace_continued, describe(expected), arrived);
    }
  } else if (expected.trace == Trace::any) {
    is_continued = got.trace_id().is_valid() && names_trace(expected, got.trace_id());
  } else {
    const auto wanted = TraceId::from_hex(expected.trace_id).value_or(TraceId());
    // A format of 64 bits cannot say the first half.
    is_continued = got.trace_id().low() == wanted.low() &&
                   (!says_.trace_id_high || got.trace_id().high() == wanted.high());
    if (!got.trace_id().is_valid()) {
      if (expected.trace == Trace::continued) {
        verdict.add(mistakes::trace_lost, describe(expected), arrived);
      }
    } else if (!is_continued) {
      verdict.add(mistakes::trace_restarted, describe(expected), arrived);
    } else if (!has_span && expected.trace == Trace::continued) {
      verdict.add(mistakes::trace_lost, describe(expected), arrived);
    }
  }

  if (has_span) judge_parent_id(verdict, got, is_continued, arrived);
  if (is_continued || expected.trace == Trace::any) judge_decision(verdict, got, arrived);
  if (is_continued && says_.random && expected.random &&
      got.span_context().flags.random() != *expected.random) {
    verdict.add(mistakes::random_flag_changed,
                *expected.random ? "the random flag is set" : "the random flag is clear", arrived);
  }
}

void Judge::judge_parent_id(Verdict& verdict, const Context& got, bool is_continued,
                            const std::string& arrived) {
  const SpanId span = got.span_context().span_id;
  const bool is_callers = span.to_string() == verdict.expected().span_id;
  if (is_continued) ++(is_callers ? parent_ids_.forwarded : parent_ids_.fresh);
  if (is_callers) {
    if (options_.spans == Spans::fresh || !is_continued) {
      verdict.add(mistakes::parent_id_not_new, "a new parent id", arrived);
    }
    return;
  }
  if (options_.spans == Spans::forwarded && is_continued) {
    verdict.add(mistakes::parent_id_not_forwarded, "parent id " + verdict.expected().span_id,
                arrived);
    return;
  }
  const auto [known, is_new] = seen_ids_.try_emplace(span, judged_);
  if (is_new) return;
  constexpr std::string_view wanted = "a parent id that no other call has";
  // The calls of one request may name the operation that serves it.
  if (known->second == judged_ && options_.spans != Spans::fresh) {
    verdict.add(mistakes::parent_id_repeated, Level::choice, std::string(baton_rules::traceparent),
                wanted, arrived);
  } else {
    verdict.add(mistakes::parent_id_repeated, wanted, arrived);
  }
}

void Judge::judge_decision(Verdict& verdict, const Context& got, const std::string& arrived) {
  const Case& expected = verdict.expected();
  if (!expected.sampling || *expected.sampling == Sampling::defer) return;
  const Sampling wanted = *expected.sampling;
  const bool has_ids = got.trace_id().is_valid();
  const bool can_say = wanted == Sampling::debug ? (has_ids ? says_.debug : says_.lone_debug)
                                                 : (has_ids || says_.lone_decision);
  const bool is_same = can_say || !has_ids ? got.sampling() == wanted
                                           : is_sampled(got.sampling()) == is_sampled(wanted);
  if (is_same || (!has_ids && !can_say)) return;
  verdict.add(mistakes::sampling_changed, "sampling: " + std::string(to_string(wanted)), arrived);
}

}  // namespace baton::tool::probe
