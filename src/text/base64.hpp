// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "baton/parse_error.hpp"

/// Base 64 with the standard alphabet, RFC 4648 §4, in the caller's buffers.
namespace baton::detail::base64 {

inline constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline constexpr std::uint8_t none = 64;

/// The value of each character, or `none`.
inline constexpr std::array<std::uint8_t, 256> values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(none);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

constexpr std::uint8_t value_of(char c) noexcept { return values[static_cast<unsigned char>(c)]; }

/// The size of the text for as many bytes, without padding.
constexpr std::size_t encoded_size(std::size_t bytes) noexcept { return (bytes * 4 + 2) / 3; }

/// The index of the character in which the byte of that index begins.
constexpr std::size_t place_of_byte(std::size_t index) noexcept { return index * 4 / 3; }

/// Writes `encoded_size(bytes.size())` characters, without padding.
constexpr void encode(std::span<const std::uint8_t> bytes, char* text) noexcept {
  std::uint32_t waiting = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    waiting = waiting << 8 | byte;
    for (bits += 8; bits >= 6;) {
      bits -= 6;
      *text++ = alphabet[waiting >> bits & 63];
    }
  }
  if (bits != 0) *text = alphabet[waiting << (6 - bits) & 63];
}

/// Reads `text`, padded or not, into the front of `buffer`, and sets `size` to the number of bytes.
/// Ignores bits of the last character that belong to no byte. Refuses, unread, a text that would
/// not fit, or might not with its padding. Errors: `bad_base64`, `too_long`.
constexpr ParseError decode(std::string_view text, std::span<std::uint8_t> buffer,
                            std::size_t& size) noexcept {
  const std::size_t longest = encoded_size(buffer.size());
  if (text.size() > longest) return {ErrorCode::too_long, longest};
  std::string_view digits = text;
  for (int i = 0; i < 2 && text.size() % 4 == 0 && digits.ends_with('='); ++i) {
    digits.remove_suffix(1);
  }

  size = 0;
  std::size_t i = 0;
  for (; digits.size() - i >= 4; i += 4) {
    const std::uint32_t a = value_of(digits[i]);
    const std::uint32_t b = value_of(digits[i + 1]);
    const std::uint32_t c = value_of(digits[i + 2]);
    const std::uint32_t d = value_of(digits[i + 3]);
    if ((a | b | c | d) >= none) break;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    buffer[size++] = static_cast<std::uint8_t>(group >> 16);
    buffer[size++] = static_cast<std::uint8_t>(group >> 8);
    buffer[size++] = static_cast<std::uint8_t>(group);
  }

  std::uint32_t waiting = 0;
  unsigned bits = 0;
  for (; i < digits.size(); ++i) {
    const std::uint8_t value = value_of(digits[i]);
    if (value == none) return {ErrorCode::bad_base64, i};
    waiting = waiting << 6 | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      buffer[size++] = static_cast<std::uint8_t>(waiting >> bits);
    }
  }
  // A single character makes no byte.
  if (digits.size() % 4 == 1) return {ErrorCode::bad_base64, digits.size()};
  return {};
}

}  // namespace baton::detail::base64
