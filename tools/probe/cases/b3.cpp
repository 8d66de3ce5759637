// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view single = "B3: Single Header";
constexpr std::string_view multiple = "B3: Multiple Headers";
constexpr std::string_view state = "B3: Sampling State";
constexpr std::string_view debug = "B3: Debug Flag";
constexpr std::string_view trace_id = "B3: TraceId";
constexpr std::string_view span_id = "B3: SpanId";
constexpr std::string_view parent_id = "B3: ParentSpanId";
constexpr std::string_view encodings = "B3: Http Encodings";

constexpr std::string_view short_id = "0000000000000000{low}";

void add_single(Rows& rows) {
  const auto b3 = [](std::string_view value) {
    return std::vector<std::string>{"b3: " + std::string(value)};
  };
  rows.add("accept", single, b3("{trace}-{span}-1")).continues().decides(Sampling::sample);
  rows.add("deny", single, b3("{trace}-{span}-0")).continues().decides(Sampling::drop);
  rows.add("debug", single, b3("{trace}-{span}-d")).continues().decides(Sampling::debug);
  rows.add("defer", single, b3("{trace}-{span}")).continues();
  rows.add("with-parent", single, b3("{trace}-{span}-1-{span2}"))
      .continues()
      .decides(Sampling::sample);
  rows.add("64-bit-trace-id", trace_id, b3("{low}-{span}-1")).continues(short_id);
  rows.add("deny-alone", state, b3("0")).decides(Sampling::drop);
  rows.add("accept-alone", state, b3("1")).decides(Sampling::sample);
  rows.add("debug-alone", state, b3("d")).decides(Sampling::debug);
  rows.add("name-uppercase", single, {"B3: {trace}-{span}-1"}).continues();

  rows.add("uppercase-trace-id", baton_rules::b3, b3("{TRACE}-{span}-1")).restarts().choice();
  rows.add("trace-id-too-short", baton_rules::b3, b3("{high15}-{span}-1")).restarts().choice();
  rows.add("trace-id-of-31", baton_rules::b3, b3("{low}{high15}-{span}-1")).restarts().choice();
  rows.add("trace-id-too-long", baton_rules::b3, b3("{trace}0-{span}-1")).restarts().choice();
  rows.add("zero-trace-id", baton_rules::b3, b3("00000000000000000000000000000000-{span}-1"))
      .restarts()
      .choice();
  rows.add("uuid", baton_rules::b3, b3("{high8}-1234-4234-8234-{high12}")).restarts().choice();
  rows.add("zero-span-id", baton_rules::b3, b3("{trace}-0000000000000000-1")).restarts().choice();
  rows.add("span-id-too-short", baton_rules::b3, b3("{trace}-{high15}-1")).restarts().choice();
  rows.add("bad-state", baton_rules::b3, b3("{trace}-{span}-2")).restarts().choice();
  rows.add("true", baton_rules::b3, b3("{trace}-{span}-true")).restarts().choice();
  rows.add("trailing-hyphen", baton_rules::b3, b3("{trace}-{span}-1-")).restarts().choice();
  rows.add("bad-parent", baton_rules::b3, b3("{trace}-{span}-1-xyz")).restarts().choice();
  rows.add("empty", baton_rules::b3, {"b3:"}).restarts().choice();
  rows.add("smuggling", baton_rules::b3, b3("{trace}-{span}-1%0D%0AX-Smuggled:1"))
      .restarts()
      .choice();
}

std::vector<std::string> multi(std::vector<std::string> others) {
  others.insert(others.begin(), {"X-B3-TraceId: {trace}", "X-B3-SpanId: {span}"});
  return others;
}

void add_multiple(Rows& rows) {
  rows.add("accept", multiple, multi({"X-B3-Sampled: 1"})).continues().decides(Sampling::sample);
  rows.add("deny", multiple, multi({"X-B3-Sampled: 0"})).continues().decides(Sampling::drop);
  rows.add("defer", multiple, multi({})).continues();
  rows.add("debug", debug, multi({"X-B3-Flags: 1"})).continues().decides(Sampling::debug);
  rows.add("debug-and-sampled", baton_rules::b3, multi({"X-B3-Flags: 1", "X-B3-Sampled: 1"}))
      .continues()
      .decides(Sampling::debug)
      .choice();
  rows.add("true", baton_rules::b3, multi({"X-B3-Sampled: true"}))
      .continues()
      .decides(Sampling::sample)
      .choice();
  rows.add("false", baton_rules::b3, multi({"X-B3-Sampled: false"}))
      .continues()
      .decides(Sampling::drop)
      .choice();
  rows.add("with-parent", parent_id, multi({"X-B3-ParentSpanId: {span2}", "X-B3-Sampled: 1"}))
      .continues();
  rows.add("lowercase-names", multiple,
           {"x-b3-traceid: {trace}", "x-b3-spanid: {span}", "x-b3-sampled: 1"})
      .continues();
  rows.add("64-bit-trace-id", trace_id,
           {"X-B3-TraceId: {low}", "X-B3-SpanId: {span}", "X-B3-Sampled: 1"})
      .continues(short_id);
  rows.add("deny-alone", state, {"X-B3-Sampled: 0"}).decides(Sampling::drop);
  rows.add("debug-alone", state, {"X-B3-Flags: 1"}).decides(Sampling::debug);
  rows.add("empty-parent", baton_rules::b3, multi({"X-B3-ParentSpanId:", "X-B3-Sampled: 1"}))
      .continues()
      .choice();
  rows.add("empty-flags", baton_rules::b3, multi({"X-B3-Flags:", "X-B3-Sampled: 0"}))
      .continues()
      .decides(Sampling::drop)
      .choice();
  rows.add("all-empty", baton_rules::b3,
           {"X-B3-TraceId:", "X-B3-SpanId:", "X-B3-ParentSpanId:", "X-B3-Sampled:"})
      .restarts()
      .choice();

  rows.add("no-span-id", baton_rules::b3, {"X-B3-TraceId: {trace}", "X-B3-Sampled: 1"})
      .restarts()
      .choice();
  rows.add("no-trace-id", baton_rules::b3, {"X-B3-SpanId: {span}", "X-B3-Sampled: 1"})
      .restarts()
      .choice();
  rows.add("zero-trace-id", baton_rules::b3,
           {"X-B3-TraceId: 0000000000000000", "X-B3-SpanId: {span}", "X-B3-Sampled: 1"})
      .restarts()
      .choice();
  rows.add("zero-span-id", baton_rules::b3,
           {"X-B3-TraceId: {trace}", "X-B3-SpanId: 0000000000000000", "X-B3-Sampled: 1"})
      .restarts()
      .choice();
  rows.add("trace-id-not-hex", baton_rules::b3,
           {"X-B3-TraceId: {low}{high15}x", "X-B3-SpanId: {span}", "X-B3-Sampled: 1"})
      .restarts()
      .choice();
  rows.add("uppercase-trace-id", baton_rules::b3,
           {"X-B3-TraceId: {TRACE}", "X-B3-SpanId: {span}", "X-B3-Sampled: 1"})
      .restarts()
      .choice();
}

}  // namespace

void add_b3_cases(std::vector<Case>& cases) {
  Rows rows(cases, "b3", "b3");
  add_single(rows);
  // What both readers of B3 understand.
  rows.add("multi-fallback", baton_rules::b3, multi({"X-B3-Sampled: 1"})).continues().choice();
  rows.add("single-wins", encodings,
           {"X-B3-TraceId: {trace2}", "X-B3-SpanId: {span2}", "b3: {trace}-{span}-1"})
      .continues();
}

void add_b3multi_cases(std::vector<Case>& cases) {
  Rows rows(cases, "b3multi", "b3multi");
  add_multiple(rows);
}

}  // namespace baton::tool::probe
