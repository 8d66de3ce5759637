// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalog.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view binary = "OpenCensus: grpc-trace-bin";

}  // namespace

void add_opencensus_cases(std::vector<Case>& cases) {
  Rows rows(cases, "opencensus", "opencensus");
  rows.add("sampled", binary, {"grpc-trace-bin: {binary}"}).continues().decides(Sampling::sample);
  rows.add("padded", binary, {"grpc-trace-bin: {binary}="}).continues();
  // The trace id alone.
  rows.add("truncated", binary, {"grpc-trace-bin: {binary24}"}).restarts().choice();
  rows.add("not-base64", binary, {"grpc-trace-bin: ....."}).restarts().choice();
}

}  // namespace baton::tool::probe
