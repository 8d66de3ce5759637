// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view root = "X-Ray: Root";
constexpr std::string_view pairs = "X-Ray: pairs";
constexpr std::string_view parent = "X-Ray: Parent";
constexpr std::string_view sampled = "X-Ray: Sampled";
constexpr std::string_view lone_trace = "Baton, docs/wire-formats.md: A trace id alone";

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
      .choice();
  rows.add("unknown-keys", pairs,
           field("Self=1-a-b;Root=1-{high8}-{tail24};Parent={span};Sampled=1;Lineage=a:1"))
      .continues();
  rows.add("name-lowercase", root, {"x-amzn-trace-id: Root=1-{high8}-{tail24};Parent={span}"})
      .continues();
  rows.add("root-alone", lone_trace, field("Root=1-{high8}-{tail24}")).continues_or_none().choice();
  rows.add("no-root", root, field("Parent={span};Sampled=1")).restarts().choice();
  rows.add("zero-root", root, field("Root=1-00000000-000000000000000000000000;Parent={span}"))
      .restarts()
      .choice();
  rows.add("bad-version", root, field("Root=2-{high8}-{tail24};Parent={span}")).restarts().choice();
  rows.add("root-too-short", root, field("Root=1-{high8}-{high15};Parent={span}"))
      .restarts()
      .choice();
  rows.add("zero-parent", parent, field("Root=1-{high8}-{tail24};Parent=0000000000000000"))
      .choice();
  rows.add("empty", root, {"X-Amzn-Trace-Id:"}).restarts().choice();
}

}  // namespace baton::tool::probe
