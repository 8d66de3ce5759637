// SPDX-License-Identifier: Apache-2.0
#include "fuzz/input.hpp"
#include "laws/hex_laws.hpp"

/// All sequences of 16 characters of the text as digits, and of 8 as a number.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const std::string_view text = input.text();
  for (std::size_t at = 0; at + 16 <= text.size(); ++at) {
    laws::check_hex_decode(text.substr(at, 16));
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    value = value << 8 | static_cast<unsigned char>(c);
    laws::check_hex_encode(value);
  }
  return 0;
}
