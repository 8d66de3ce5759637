// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::testing {

/// The text with everything unprintable as \xNN, in quotes.
inline std::string shown(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out += {'\\', 'x', hex[byte >> 4U], hex[byte & 0xFU]};
    }
  }
  return out + '"';
}

}  // namespace baton::testing
