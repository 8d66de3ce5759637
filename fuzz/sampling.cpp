// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "fuzz/input.hpp"
#include "laws/sampling_laws.hpp"

/// The choice is the parent's decision and the ratio; then the last bytes of the trace id, as a
/// text, and the tracestate.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const auto sampling = static_cast<baton::Sampling>(input.choice() % 4);
  const double ratio = std::ldexp(1 + static_cast<double>(input.choice() / 256 % 64) / 64,
                                  -static_cast<int>(input.choice() / 4 % 64));
  std::vector<std::string> lines = input.lines();
  std::uint64_t trace = 0;
  for (const char c : fuzz::take(lines)) trace = trace << 8 | static_cast<unsigned char>(c);
  const auto state = baton::TraceState::parse(oracle::join(lines, ","));
  if (!state) return 0;
  baton::Context parent;
  parent.set_span_context({baton::TraceId(1, trace), baton::SpanId(1), {}, true, *state}, sampling);
  laws::check_sampling(parent, ratio);
  return 0;
}
