// SPDX-License-Identifier: Apache-2.0
#include "fuzz/input.hpp"
#include "laws/traceparent_laws.hpp"

/// Any bytes as a traceparent.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  laws::check_traceparent(fuzz::Input(data, size).text());
  return 0;
}
