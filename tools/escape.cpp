// SPDX-License-Identifier: Apache-2.0
#include "tools/escape.hpp"

#include <algorithm>

namespace baton::tool {
namespace {

constexpr unsigned value_of(char byte) noexcept { return static_cast<unsigned char>(byte); }

constexpr bool is_printable_ascii(char byte) noexcept { return byte >= 0x20 && byte <= 0x7e; }

/// The size of the UTF-8 sequence at the start of `text`, 0 where there is none.
std::size_t utf8_size(std::string_view text) noexcept {
  const unsigned lead = value_of(text.front());
  const std::size_t size = lead < 0x80                    ? 1
                           : lead >= 0xc2 && lead <= 0xdf ? 2
                           : lead >= 0xe0 && lead <= 0xef ? 3
                           : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                          : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((value_of(text[i]) & 0xc0) != 0x80) return 0;
  }
  if (size < 3) return size;
  // Overlong forms, surrogates, and what lies beyond U+10FFFF show in the second byte.
  const unsigned second = value_of(text[1]);
  const bool bad = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                   (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
  return bad ? 0 : size;
}

}  // namespace

void append_escaped(std::string& out, char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (byte == '\\') {
    out += "\\\\";
  } else if (is_printable_ascii(byte)) {
    out += byte;
  } else {
    out += "\\x";
    out += digits[value_of(byte) >> 4];
    out += digits[value_of(byte) & 0xf];
  }
}

std::size_t escaped_width(char byte) noexcept {
  if (byte == '\\') return 2;
  return is_printable_ascii(byte) ? 1 : 4;
}

std::string escape(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) append_escaped(out, byte);
  return out;
}

std::string escape_controls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = utf8_size(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(size, 1));
    const bool is_c1 = size == 2 && value_of(text[0]) == 0xc2 && value_of(text[1]) < 0xa0;
    if (size < 2 || is_c1) {
      for (const char byte : character) append_escaped(out, byte);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace baton::tool
