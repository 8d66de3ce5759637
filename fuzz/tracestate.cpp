// SPDX-License-Identifier: Apache-2.0
#include "fuzz/input.hpp"
#include "laws/tracestate_laws.hpp"

/// Choice 0: each line is an instance of the field. Choice 1: the same, after a line with a key and
/// a line with a value to set; then a limit of as many bytes as the key has.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  std::vector<std::string> lines = input.lines();
  if (input.choice() % 2 == 0) {
    laws::check_tracestate(lines);
    return 0;
  }
  const std::string key = fuzz::take(lines);
  const std::string value = fuzz::take(lines);
  const auto state = baton::TraceState::parse(oracle::join(lines, ","));
  if (!state) return 0;
  laws::check_tracestate_change(*state, key, value);
  laws::check_tracestate_limit(*state, key.size());
  return 0;
}
