// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/catalogue.hpp"
#include "tools/probe/rows.hpp"

namespace baton::tool::probe {
namespace {

constexpr std::string_view ids = "Datadog: ids";
constexpr std::string_view options = "Google Cloud: options";
constexpr std::string_view binary = "OpenCensus: grpc-trace-bin";

}  // namespace

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
