// SPDX-License-Identifier: Apache-2.0
#include "tools/escape.hpp"

#include "text/chars.hpp"
#include "text/hex.hpp"
#include "text/utf8.hpp"

namespace baton::tool {
namespace {

constexpr unsigned value_of(char byte) noexcept { return static_cast<unsigned char>(byte); }

}  // namespace

void append_escaped(std::string& out, char byte) {
  if (byte == '\\') {
    out += "\\\\";
  } else if (detail::printable.contains(byte)) {
    out += byte;
  } else {
    out += "\\x";
    out += detail::hex::to_char(value_of(byte) >> 4);
    out += detail::hex::to_char(value_of(byte));
  }
}

std::size_t escaped_width(char byte) noexcept {
  if (byte == '\\') return 2;
  return detail::printable.contains(byte) ? 1 : 4;
}

std::string escape(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) append_escaped(out, byte);
  return out;
}

std::string escape_controls(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [size, is_whole] = detail::utf8::first_piece(text);
    const std::string_view piece = text.substr(0, size);
    const bool is_c1 = size == 2 && value_of(text[0]) == 0xc2 && value_of(text[1]) < 0xa0;
    if (is_whole && size > 1 && !is_c1) {
      out += piece;
    } else {
      out += escape(piece);
    }
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace baton::tool
