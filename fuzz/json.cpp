// SPDX-License-Identifier: Apache-2.0
#include "laws/json_laws.hpp"

#include "fuzz/input.hpp"

/// A text as JSON.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string& text = input.text();
  laws::check_json(text);
  return 0;
}
