// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalogue.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view root = "X-Ray: Root";
constexpr std::string_view pairs = "X-Ray: pairs";
constexpr std::string_view parent = "X-Ray: Parent";
constexpr std::string_view sampled = "X-Ray: Sampled";

constexpr std::string_view ids = "Datadog: ids";
constexpr std::string_view tid = "Datadog: _dd.p.tid";
constexpr std::string_view bad_tid = "Datadog: a bad _dd.p.tid costs only the high half";
constexpr std::string_view priority = "Datadog: priority";

constexpr std::string_view cloud = "Google Cloud: X-Cloud-Trace-Context";
constexpr std::string_view options = "Google Cloud: options";

constexpr std::string_view binary = "OpenCensus: grpc-trace-bin";

constexpr std::string_view lone_trace = "A trace id alone";

}  // namespace

void add_xray_cases(std::vector<Case>& cases) {
  Rows rows(cases, "xray", "xray");
  const auto field = [](std::string_view value) {
    return std::vector<std::string>{"X-Amzn-Trace-Id: " + std::string(value)};
  };
  rows.add("sampled", root, field("Root=1-{high8}-{tail24};Parent={span};Sampled=1"))
      .continues()
      .decides(Sampling::sample);
  rows.add("not-sampled", sampled, field("Root=1-{high8}-{tail24};Parent={span};Sampled=0"))
      .continues()
      .decides(Sampling::drop);
  rows.add("sampled-requested", sampled, field("Root=1-{high8}-{tail24};Parent={span};Sampled=?"))
      .continues();
  rows.add("no-sampled", sampled, field("Root=1-{high8}-{tail24};Parent={span}")).continues();
  rows.add("another-order", pairs, field("Sampled=1;Parent={span};Root=1-{high8}-{tail24}"))
      .continues();
  rows.add("blanks-around-pairs", pairs,
           field("Root=1-{high8}-{tail24} ; Parent={span} ; Sampled=1"))
      .continues()
      .should();
  rows.add("unknown-keys", pairs,
           field("Self=1-a-b;Root=1-{high8}-{tail24};Parent={span};Sampled=1;Lineage=a:1"))
      .continues();
  rows.add("name-lowercase", root, {"x-amzn-trace-id: Root=1-{high8}-{tail24};Parent={span}"})
      .continues();
  rows.add("root-alone", lone_trace, field("Root=1-{high8}-{tail24}")).continues_or_none().should();
  rows.add("no-root", root, field("Parent={span};Sampled=1")).restarts();
  rows.add("zero-root", root, field("Root=1-00000000-000000000000000000000000;Parent={span}"))
      .restarts();
  rows.add("bad-version", root, field("Root=2-{high8}-{tail24};Parent={span}")).restarts();
  rows.add("root-too-short", root, field("Root=1-{high8}-{high15};Parent={span}")).restarts();
  rows.add("zero-parent", parent, field("Root=1-{high8}-{tail24};Parent=0000000000000000"))
      .should();
  rows.add("empty", root, {"X-Amzn-Trace-Id:"}).restarts();
}

void add_datadog_cases(std::vector<Case>& cases) {
  Rows rows(cases, "datadog", "datadog");
  const auto fields = [](std::vector<std::string> others) {
    others.insert(others.begin(), {"x-datadog-trace-id: {low10}", "x-datadog-parent-id: {span10}"});
    return others;
  };
  constexpr std::string_view short_id = "0000000000000000{low}";
  rows.add("sampled", ids, fields({"x-datadog-sampling-priority: 1"}))
      .continues(short_id)
      .decides(Sampling::sample);
  rows.add("not-sampled", priority, fields({"x-datadog-sampling-priority: 0"}))
      .continues(short_id)
      .decides(Sampling::drop);
  rows.add("user-keep", priority, fields({"x-datadog-sampling-priority: 2"}))
      .continues(short_id)
      .decides(Sampling::sample);
  rows.add("user-drop", priority, fields({"x-datadog-sampling-priority: -1"}))
      .continues(short_id)
      .decides(Sampling::drop);
  rows.add("no-priority", priority, fields({})).continues(short_id);
  rows.add("128-bit-trace-id", tid,
           fields({"x-datadog-sampling-priority: 1", "x-datadog-tags: _dd.p.tid={high}"}))
      .continues();
  rows.add("bad-tid", bad_tid,
           fields({"x-datadog-sampling-priority: 1", "x-datadog-tags: _dd.p.tid=xyz"}))
      .continues(short_id)
      .should();
  rows.add("names-title-case", ids,
           {"X-Datadog-Trace-Id: {low10}", "X-Datadog-Parent-Id: {span10}"})
      .continues(short_id);
  rows.add("synthetics", lone_trace,
           {"x-datadog-trace-id: {low10}", "x-datadog-parent-id: 0",
            "x-datadog-sampling-priority: 1"})
      .continues_or_none(short_id)
      .should();
  rows.add("zero-trace-id", ids, {"x-datadog-trace-id: 0", "x-datadog-parent-id: {span10}"})
      .restarts();
  rows.add("trace-id-too-large", ids,
           {"x-datadog-trace-id: 18446744073709551616", "x-datadog-parent-id: {span10}"})
      .restarts();
  rows.add("trace-id-not-decimal", ids,
           {"x-datadog-trace-id: {low}", "x-datadog-parent-id: {span10}"})
      .restarts();
  rows.add("negative-trace-id", ids, {"x-datadog-trace-id: -1", "x-datadog-parent-id: {span10}"})
      .restarts();
}

void add_gcp_cases(std::vector<Case>& cases) {
  Rows rows(cases, "gcp", "gcp");
  const auto field = [](std::string_view value) {
    return std::vector<std::string>{"X-Cloud-Trace-Context: " + std::string(value)};
  };
  rows.add("sampled", cloud, field("{trace}/{span10};o=1")).continues().decides(Sampling::sample);
  rows.add("not-sampled", options, field("{trace}/{span10};o=0"))
      .continues()
      .decides(Sampling::drop);
  rows.add("no-options", options, field("{trace}/{span10}")).continues();
  rows.add("name-lowercase", cloud, {"x-cloud-trace-context: {trace}/{span10};o=1"}).continues();
  rows.add("trace-alone", lone_trace, field("{trace}/0;o=1")).continues_or_none().should();
  rows.add("zero-trace-id", cloud, field("00000000000000000000000000000000/{span10};o=1"))
      .restarts();
  rows.add("trace-id-too-short", cloud, field("{low}{high15}/{span10};o=1")).restarts();
  rows.add("span-not-decimal", cloud, field("{trace}/x{span10};o=1")).restarts().should();
  rows.add("span-too-large", cloud, field("{trace}/18446744073709551616;o=1")).restarts().should();
  rows.add("bad-options", options, field("{trace}/{span10};o=x")).restarts().should();
  rows.add("empty", cloud, {"X-Cloud-Trace-Context:"}).restarts();
}

void add_opencensus_cases(std::vector<Case>& cases) {
  Rows rows(cases, "opencensus", "opencensus");
  // Version 0; fields 0 and 1, with ids of ascending bytes; field 2 with the options.
  rows.add("sampled", binary, {"grpc-trace-bin: AAABAgMEBQYHCAkKCwwNDg8QAREiM0RVZneIAgE"})
      .continues("0102030405060708090a0b0c0d0e0f10")
      .caller("1122334455667788")
      .decides(Sampling::sample);
  rows.add("padded", binary, {"grpc-trace-bin: AAABAgMEBQYHCAkKCwwNDg8QAREiM0RVZneIAgE="})
      .continues("0102030405060708090a0b0c0d0e0f10")
      .caller("1122334455667788");
  rows.add("truncated", binary, {"grpc-trace-bin: AAABAgMEBQYHCAkKCwwNDg8Q"}).restarts();
  rows.add("not-base64", binary, {"grpc-trace-bin: ....."}).restarts();
}

}  // namespace baton::tool::probe
