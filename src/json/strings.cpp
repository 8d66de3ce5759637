// SPDX-License-Identifier: Apache-2.0
#include "json/strings.hpp"

#include <algorithm>
#include <array>

#include "json/plain_text.hpp"
#include "json/unit.hpp"
#include "text/hex.hpp"
#include "text/utf8.hpp"

namespace baton::json {
namespace {

/// What one escape stands for, and how long it is.
struct Escape {
  std::array<char, 4> text{};
  std::size_t text_size = 1;
  std::size_t size = 2;
};

constexpr Escape escape_at(std::string_view inside, std::size_t at) noexcept {
  Escape escape;
  switch (inside[at + 1]) {
    case 'b': escape.text[0] = '\b'; return escape;
    case 'f': escape.text[0] = '\f'; return escape;
    case 'n': escape.text[0] = '\n'; return escape;
    case 'r': escape.text[0] = '\r'; return escape;
    case 't': escape.text[0] = '\t'; return escape;
    case 'u': break;
    default: escape.text[0] = inside[at + 1]; return escape;
  }
  char32_t code = unit_at(inside.data() + at);
  escape.size = 6;
  if (code >= 0xD800 && code <= 0xDFFF) {
    code = 0x10000 + ((code - 0xD800) << 10) + (unit_at(inside.data() + at + 6) - 0xDC00);
    escape.size = 12;
  }
  // The marker bits of a lead byte, for sequences of one byte and more.
  constexpr std::array<char32_t, 4> marks{0x00, 0xC0, 0xE0, 0xF0};
  escape.text_size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (std::size_t i = escape.text_size; i-- > 1; code >>= 6) {
    escape.text[i] = static_cast<char>(0x80 | (code & 0x3F));
  }
  escape.text[0] = static_cast<char>(marks[escape.text_size - 1] | code);
  return escape;
}

void append_escaped(char c, std::pmr::string& out) {
  if (c == '"' || c == '\\') {
    out += {'\\', c};
  } else {
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', 'u', '0', '0', detail::hex::to_char(byte >> 4U), detail::hex::to_char(byte)};
  }
}

}  // namespace

char* decode(std::string_view inside, char* out) noexcept {
  for (;;) {
    const std::size_t plain = std::min(inside.find('\\'), inside.size());
    out = std::copy_n(inside.data(), plain, out);
    inside.remove_prefix(plain);
    if (inside.empty()) return out;
    const Escape escape = escape_at(inside, 0);
    out = std::copy_n(escape.text.data(), escape.text_size, out);
    inside.remove_prefix(escape.size);
  }
}

void append_decoded(std::string_view inside, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + inside.size());
  char* const end = decode(inside, out.data() + before);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

std::size_t place_of_byte(std::string_view inside, std::size_t index) noexcept {
  std::size_t at = 0;
  while (at < inside.size()) {
    std::size_t text_size = 1;
    std::size_t size = 1;
    if (inside[at] == '\\') {
      const Escape escape = escape_at(inside, at);
      text_size = escape.text_size;
      size = escape.size;
    }
    if (index < text_size) return at;
    index -= text_size;
    at += size;
  }
  return at;
}

void append_quoted(std::string_view text, std::pmr::string& out) {
  out += '"';
  while (!text.empty()) {
    const char* const special = find_special(text.data(), text.data() + text.size());
    const auto plain = static_cast<std::size_t>(special - text.data());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t size = 1;
    if (static_cast<unsigned char>(text.front()) < 0x80) {
      append_escaped(text.front(), out);
    } else {
      const auto piece = detail::utf8::first_piece(text);
      size = piece.size;
      out += piece.is_whole ? text.substr(0, size) : detail::utf8::replacement_character;
    }
    text.remove_prefix(size);
  }
  out += '"';
}

}  // namespace baton::json
