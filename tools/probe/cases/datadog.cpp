// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view ids = "Datadog: ids";
constexpr std::string_view tid = "Datadog: _dd.p.tid";
constexpr std::string_view bad_tid = "Baton, docs/wire-formats.md: Datadog";
constexpr std::string_view priority = "Datadog: priority";
constexpr std::string_view lone_trace = "Baton, docs/wire-formats.md: A trace id alone";

}  // namespace

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
      .choice();
  rows.add("names-title-case", ids,
           {"X-Datadog-Trace-Id: {low10}", "X-Datadog-Parent-Id: {span10}"})
      .continues(short_id);
  rows.add("synthetics", lone_trace,
           {"x-datadog-trace-id: {low10}", "x-datadog-parent-id: 0",
            "x-datadog-sampling-priority: 1"})
      .continues_or_none(short_id)
      .choice();
  rows.add("zero-trace-id", ids, {"x-datadog-trace-id: 0", "x-datadog-parent-id: {span10}"})
      .restarts()
      .choice();
  rows.add("trace-id-too-large", ids,
           {"x-datadog-trace-id: 18446744073709551616", "x-datadog-parent-id: {span10}"})
      .restarts()
      .choice();
  rows.add("trace-id-not-decimal", ids,
           {"x-datadog-trace-id: {low}", "x-datadog-parent-id: {span10}"})
      .restarts()
      .choice();
  rows.add("negative-trace-id", ids, {"x-datadog-trace-id: -1", "x-datadog-parent-id: {span10}"})
      .restarts()
      .choice();
}

}  // namespace baton::tool::probe
