// SPDX-License-Identifier: Apache-2.0
#include "scenarios.hpp"

#include <algorithm>
#include <baton/baton.hpp>

namespace relay {
namespace {

using Complaints = std::vector<std::string>;

constexpr std::string_view trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
constexpr std::string_view b3_trace_id = "80f198ee56343ba864fe8b2a57d3eff7";

std::string value_of(const Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Fields::value_type::first);
  return found == fields.end() ? std::string() : found->second;
}

void expect(Complaints& complaints, bool holds, std::string complaint) {
  if (!holds) complaints.push_back(std::move(complaint));
}

/// For every request: both services work on one trace, and the backend received exactly what the
/// edge sent, which is valid and has the edge's span as the parent.
Complaints check_hand_over(const Hop& edge, const Hop& backend) {
  Complaints complaints;
  const auto parent = baton::Traceparent::parse(value_of(edge.left, "traceparent"));
  expect(complaints, parent.has_value(), "the edge sent no valid traceparent");
  expect(complaints, edge.trace_id == backend.trace_id, "the backend works on another trace");
  expect(complaints, edge.left == backend.arrived, "a field was changed between edge and backend");
  expect(complaints, backend.issues.empty(), "the edge sent a field that the backend refused");
  expect(complaints, parent && parent->parent_id.to_string() == edge.span_id,
         "the edge did not send its own span id");
  return complaints;
}

Complaints check_no_context(const Hop& edge, const Hop& backend) {
  Complaints complaints = check_hand_over(edge, backend);
  const auto parent = baton::Traceparent::parse(value_of(edge.left, "traceparent"));
  expect(complaints, parent && parent->flags.random(),
         "the random flag of the new trace id is not set");
  return complaints;
}

Complaints check_w3c(const Hop& edge, const Hop& backend) {
  Complaints complaints = check_hand_over(edge, backend);
  expect(complaints, backend.trace_id == trace_id, "the trace was lost");
  expect(complaints, backend.sampling == "sample", "the decision was lost");
  for (const std::string_view name : {"tracestate", "baggage"}) {
    expect(complaints, value_of(backend.arrived, name) == value_of(edge.arrived, name),
           std::string(name) + " was changed");
  }
  return complaints;
}

Complaints check_b3_single(const Hop& edge, const Hop& backend) {
  Complaints complaints = check_hand_over(edge, backend);
  expect(complaints, backend.trace_id == b3_trace_id, "the trace was lost");
  expect(complaints, backend.sampling == "sample", "the decision was lost");
  return complaints;
}

Complaints check_b3_multi(const Hop& edge, const Hop& backend) {
  Complaints complaints = check_hand_over(edge, backend);
  expect(complaints, backend.trace_id == "0000000000000000a3ce929d0e0e4736", "the trace was lost");
  expect(complaints, value_of(backend.arrived, "b3").ends_with("-d"), "debug was lost");
  return complaints;
}

Complaints check_b3_deny(const Hop& edge, const Hop& backend) {
  Complaints complaints = check_hand_over(edge, backend);
  expect(complaints, backend.sampling == "drop", "the denial was lost");
  expect(complaints, value_of(backend.arrived, "b3").ends_with("-0"),
         "the denial was not forwarded");
  return complaints;
}

Complaints check_hostile(const Hop& edge, const Hop& backend) {
  Complaints complaints = check_hand_over(edge, backend);
  expect(complaints, !edge.issues.empty(), "the edge reported no error");
  expect(complaints, backend.trace_id != trace_id, "a bad traceparent was continued");
  expect(complaints, value_of(backend.arrived, "tracestate").empty(),
         "the tracestate of a bad traceparent was forwarded");
  expect(complaints,
         value_of(backend.arrived, "baggage") == "good=1,injected=%0D%0Ax%3A%20y%2Cz%3D1",
         "good baggage was lost, or bad baggage was forwarded");
  return complaints;
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all{
      {"no context: the edge starts a trace", {}, check_no_context},
      {"W3C, with tracestate and baggage",
       {"traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
        "baggage: userId=Am%C3%A9lie,plan=gold;ttl=60"},
       check_w3c},
      {"B3 single",
       {"b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90"},
       check_b3_single},
      {"B3 multi, a 64-bit trace id, debug",
       {"X-B3-TraceId: a3ce929d0e0e4736", "X-B3-SpanId: 00f067aa0ba902b7", "X-B3-Flags: 1"},
       check_b3_multi},
      {"B3 with a denial and nothing else", {"b3: 0"}, check_b3_deny},
      {"hostile fields",
       {"traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "tracestate: rojo=1,,,=,\xff", "b3: 123e4567-e89b-12d3-a456-426614174000",
        "baggage: good=1,k\xc3\xa9y=2,=3,a=\"b\"", "baggage: injected=%0D%0Ax%3A%20y%2Cz%3D1,;;;"},
       check_hostile},
  };
  return all;
}

}  // namespace relay
