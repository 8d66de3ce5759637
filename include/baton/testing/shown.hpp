// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::testing {

/// The text for a person: `\xNN` for what is not printable, and `\\` for a backslash.
inline std::string escaped(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += {'\\', 'x', hex[byte >> 4U], hex[byte & 0xFU]};
    } else {
      out += c;
    }
  }
  return out;
}

/// The same, in quotes, with `\"` for a quote.
inline std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : escaped(text)) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace baton::testing
