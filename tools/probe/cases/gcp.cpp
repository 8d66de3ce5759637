// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view cloud = "Google Cloud: X-Cloud-Trace-Context";
constexpr std::string_view options = "Google Cloud: options";
constexpr std::string_view lone_trace = "Baton, docs/wire-formats.md: A trace id alone";

}  // namespace

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
  rows.add("trace-alone", lone_trace, field("{trace}/0;o=1")).continues_or_none().choice();
  rows.add("zero-trace-id", cloud, field("00000000000000000000000000000000/{span10};o=1"))
      .restarts()
      .choice();
  rows.add("trace-id-too-short", cloud, field("{low}{high15}/{span10};o=1")).restarts().choice();
  rows.add("span-not-decimal", cloud, field("{trace}/x{span10};o=1")).restarts().choice();
  rows.add("span-too-large", cloud, field("{trace}/18446744073709551616;o=1")).restarts().choice();
  rows.add("bad-options", options, field("{trace}/{span10};o=x")).restarts().choice();
  rows.add("empty", cloud, {"X-Cloud-Trace-Context:"}).restarts().choice();
}

}  // namespace baton::tool::probe
