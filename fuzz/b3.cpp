// SPDX-License-Identifier: Apache-2.0
#include "fuzz/input.hpp"
#include "laws/b3_laws.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  laws::check_b3(fuzz::Input(data, size).named_fields());
  return 0;
}
