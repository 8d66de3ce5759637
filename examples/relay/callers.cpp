// SPDX-License-Identifier: Apache-2.0
#include "callers.hpp"

#include <algorithm>
#include <array>

namespace relay {
namespace {

using Lines = std::vector<std::string>;
using Complaints = std::vector<std::string>;

void expect(Complaints& complaints, bool holds, std::string complaint) {
  if (!holds) complaints.push_back(std::move(complaint));
}

/// Every hop has the caller's trace and decision, and the first span is a child of its span.
Complaints check_continued(const Sent& sent, const Journey& journey, baton::Sampling sampling) {
  const FinishedSpan& first = journey.spans.front();
  Complaints complaints;
  expect(complaints, first.trace_id == sent.trace_id, "the trace was lost");
  expect(complaints, first.parent_id == sent.span_id, "the caller is not the parent");
  expect(complaints, journey.hops.back().context.sampling() == sampling, "the decision was lost");
  return complaints;
}

/// A trace began here, and the id is random.
Complaints check_begun(const Journey& journey) {
  Complaints complaints;
  expect(complaints, !journey.spans.front().parent_id.is_valid(), "the first span has a parent");
  expect(complaints, journey.hops.back().context.span_context().flags.random(),
         "the random flag of the new trace id is not set");
  return complaints;
}

Lines no_fields(const Sent& /*sent*/) { return {}; }

Complaints check_no_context(const Sent& /*sent*/, const Journey& journey) {
  return check_begun(journey);
}

Lines w3c_fields(const Sent& sent) {
  return {"traceparent: 00-" + sent.trace_id.to_string() + "-" + sent.span_id.to_string() + "-01",
          "tracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
          "baggage: userId=Am%C3%A9lie,order=" + sent.order + ";ttl=60"};
}

Complaints check_w3c(const Sent& sent, const Journey& journey) {
  Complaints complaints = check_continued(sent, journey, baton::Sampling::sample);
  const Fields& arrived = journey.hops.front().fields;
  const Fields& last = journey.hops.back().fields;
  for (const std::string_view name : {"tracestate", "baggage"}) {
    expect(complaints, value_of(last, name) == value_of(arrived, name),
           std::string(name) + " was changed");
  }
  for (const Hop& hop : journey.hops) {
    expect(complaints, hop.context.baggage().get("order") == sent.order,
           std::string(hop.service) + " has the baggage of another order");
  }
  return complaints;
}

Lines b3_single_fields(const Sent& sent) {
  return {"b3: " + sent.trace_id.to_string() + "-" + sent.span_id.to_string() +
          "-1-05e3ac9a4f6e3b90"};
}

Complaints check_b3_single(const Sent& sent, const Journey& journey) {
  return check_continued(sent, journey, baton::Sampling::sample);
}

Lines b3_multi_fields(const Sent& sent) {
  return {"X-B3-TraceId: " + sent.trace_id.to_string().substr(16),
          "X-B3-SpanId: " + sent.span_id.to_string(), "X-B3-Flags: 1"};
}

Complaints check_b3_multi(const Sent& sent, const Journey& journey) {
  Complaints complaints = check_continued(sent, journey, baton::Sampling::debug);
  expect(complaints, value_of(journey.hops.back().fields, "b3").ends_with("-d"),
         "debug was not forwarded");
  return complaints;
}

Lines b3_deny_fields(const Sent& /*sent*/) { return {"b3: 0"}; }

Complaints check_b3_deny(const Sent& /*sent*/, const Journey& journey) {
  Complaints complaints = check_begun(journey);
  expect(complaints, journey.hops.back().context.sampling() == baton::Sampling::drop,
         "the denial was lost");
  expect(complaints, value_of(journey.hops.back().fields, "b3").ends_with("-0"),
         "the denial was not forwarded");
  return complaints;
}

Lines hostile_fields(const Sent& sent) {
  std::string upper = sent.trace_id.to_string();
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  upper.front() = 'F';  // so that one letter is there in any case
  return {"traceparent: 00-" + upper + "-00f067aa0ba902b7-01", "tracestate: rojo=1,,,=,\xff",
          "b3: 123e4567-e89b-12d3-a456-426614174000", "baggage: good=1,k\xc3\xa9y=2,=3,a=\"b\"",
          "baggage: injected=%0D%0Ax%3A%20y%2Cz%3D1,;;;"};
}

Complaints check_hostile(const Sent& sent, const Journey& journey) {
  Complaints complaints = check_begun(journey);
  const Hop& first = journey.hops.front();
  const Hop& second = journey.hops[1];
  expect(complaints, !first.issues.empty(), "the edge reported no error");
  expect(complaints, first.context.trace_id() != sent.trace_id,
         "a traceparent in uppercase was continued");
  expect(complaints, value_of(second.fields, "tracestate").empty(),
         "the tracestate of a bad traceparent was forwarded");
  expect(complaints, value_of(second.fields, "baggage") == "good=1,injected=%0D%0Ax%3A%20y%2Cz%3D1",
         "good baggage was lost, or bad baggage was forwarded");
  return complaints;
}

constexpr std::array<Caller, 6> all_callers{{
    {"W3C, with tracestate and baggage", true, false, w3c_fields, check_w3c},
    {"B3 single", true, false, b3_single_fields, check_b3_single},
    {"B3 multi, a trace id of 64 bits, debug", true, true, b3_multi_fields, check_b3_multi},
    {"B3 with a denial and nothing else", false, false, b3_deny_fields, check_b3_deny},
    {"no context: the edge starts a trace", false, false, no_fields, check_no_context},
    {"hostile fields", false, false, hostile_fields, check_hostile},
}};

}  // namespace

std::span<const Caller> callers() { return all_callers; }

}  // namespace relay
