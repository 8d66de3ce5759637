// SPDX-License-Identifier: Apache-2.0
#include "text/percent.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "baton/detail/memory_source.hpp"
#include "text/hex.hpp"
#include "text/utf8.hpp"

namespace baton::detail {
namespace {

/// Removes the next byte, decoded, from a text that is not empty.
unsigned char take_byte(std::string_view& text) noexcept {
  if (text[0] == '%' && text.size() >= 3) {  // RFC 3986 §2.1: digits in either case
    const int high = hex::digit_of_any_case(text[1]);
    const int low = hex::digit_of_any_case(text[2]);
    if (high != hex::bad && low != hex::bad) {
      text.remove_prefix(3);
      return static_cast<unsigned char>(high << 4 | low);
    }
  }
  const auto byte = static_cast<unsigned char>(text[0]);
  text.remove_prefix(1);
  return byte;
}

constexpr Charset ascii = Charset::range(0x00, 0x7f);
constexpr Charset literal_ascii = ascii - Charset("%");

/// Moves what stands for itself, up to the next escape or byte beyond ASCII.
void move_literals(std::string_view& raw, std::string& out) {
  const std::size_t size = literal_ascii.find_outside(raw);
  out += raw.substr(0, size);
  raw.remove_prefix(size);
}

}  // namespace

template <class Text>
bool append_bytes(std::string_view raw, Text& out) {
  bool is_good = true;
  out.reserve(out.size() + raw.size());
  while (!raw.empty()) {
    const std::size_t size = raw.size();
    if (raw.front() == '%') {
      out += static_cast<char>(take_byte(raw));
      if (size - raw.size() == 1) is_good = false;
    } else {
      const std::size_t literals = std::min(raw.find('%'), size);
      out += raw.substr(0, literals);
      raw.remove_prefix(literals);
    }
  }
  return is_good;
}
template bool append_bytes(std::string_view, std::string&);
template bool append_bytes(std::string_view, RequestText&);

void append_percent_decoded(std::string_view raw, std::string& out) {
  for (move_literals(raw, out); !raw.empty(); move_literals(raw, out)) {
    const unsigned char lead = take_byte(raw);
    const utf8::Sequence sequence = utf8::sequence_of(lead);
    std::array<char, 4> bytes{static_cast<char>(lead)};
    unsigned size = 1;
    while (size < sequence.length && !raw.empty()) {
      std::string_view rest = raw;
      const unsigned char next = take_byte(rest);
      if (!sequence.takes(size, next)) break;
      bytes[size++] = static_cast<char>(next);
      raw = rest;
    }
    if (size == sequence.length) {
      out.append(bytes.data(), size);
    } else {
      out += utf8::replacement_character;
    }
  }
}

template <class Text>
void append_percent_encoded(std::string_view value, Text& out, const Charset& plain) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  while (!value.empty()) {
    const std::size_t size = plain.find_outside(value);
    out += value.substr(0, size);
    value.remove_prefix(size);
    if (value.empty()) return;
    const auto byte = static_cast<unsigned char>(value.front());
    out += {'%', hex[byte >> 4U], hex[byte & 0xFU]};
    value.remove_prefix(1);
  }
}
template void append_percent_encoded(std::string_view, std::string&, const Charset&);
template void append_percent_encoded(std::string_view, RequestText&, const Charset&);

}  // namespace baton::detail
