#include "percent.hpp"

#include <array>
#include <cstddef>

#include "hex.hpp"

namespace baton::detail {
namespace {

/// Takes the next byte, decoded, off a text that is not empty.
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

/// How a lead byte goes on: Unicode 15, table 3-7.
struct Sequence {
  unsigned length;               // zero: not a lead byte
  unsigned char lowest = 0x80;   // of the second byte
  unsigned char highest = 0xBF;  // of the second byte
};

constexpr Sequence sequence_of(unsigned char lead) noexcept {
  if (lead < 0x80) return {1};
  if (lead < 0xC2) return {0};
  if (lead < 0xE0) return {2};
  if (lead == 0xE0) return {3, 0xA0};
  if (lead == 0xED) return {3, 0x80, 0x9F};
  if (lead < 0xF0) return {3};
  if (lead == 0xF0) return {4, 0x90};
  if (lead < 0xF4) return {4};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0};
}

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

}  // namespace

bool append_bytes(std::string_view raw, std::string& out) {
  bool is_good = true;
  out.reserve(out.size() + raw.size());
  while (!raw.empty()) {
    const bool is_escape = raw.front() == '%';
    const std::size_t size = raw.size();
    out += static_cast<char>(take_byte(raw));
    if (is_escape && size - raw.size() == 1) is_good = false;
  }
  return is_good;
}

void append_percent_decoded(std::string_view raw, std::string& out) {
  while (!raw.empty()) {
    const unsigned char lead = take_byte(raw);
    const Sequence sequence = sequence_of(lead);
    std::array<char, 4> bytes{static_cast<char>(lead)};
    unsigned size = 1;
    while (size < sequence.length && !raw.empty()) {
      std::string_view rest = raw;
      const unsigned char next = take_byte(rest);
      const bool fits = size == 1 ? next >= sequence.lowest && next <= sequence.highest
                                  : next >= 0x80 && next <= 0xBF;
      if (!fits) break;
      bytes[size++] = static_cast<char>(next);
      raw = rest;
    }
    if (size == sequence.length) {
      out.append(bytes.data(), size);
    } else {
      out += replacement_character;
    }
  }
}

void append_percent_encoded(std::string_view value, std::string& out, const Charset& plain) {
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

}  // namespace baton::detail
