// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// UTF-8 byte by byte: Unicode 15, table 3-7.
namespace baton::detail::utf8 {

/// The bytes that may follow a lead byte.
struct Sequence {
  unsigned length;               // zero: not a lead byte
  unsigned char lowest = 0x80;   // of the second byte
  unsigned char highest = 0xBF;  // of the second byte

  /// Whether that byte is allowed at that index, from 1 on.
  [[nodiscard]] constexpr bool takes(unsigned index, unsigned char byte) const noexcept {
    return index == 1 ? byte >= lowest && byte <= highest : byte >= 0x80 && byte <= 0xBF;
  }
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

/// The bytes at the front of a nonempty text that belong together: a whole sequence, or a maximal
/// subpart of one, which is ill-formed.
struct Piece {
  unsigned size;
  bool is_whole;
};

constexpr Piece first_piece(std::string_view text) noexcept {
  const Sequence sequence = sequence_of(static_cast<unsigned char>(text[0]));
  unsigned size = 1;
  while (size < sequence.length && size < text.size() &&
         sequence.takes(size, static_cast<unsigned char>(text[size]))) {
    ++size;
  }
  return {size, size == sequence.length};
}

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

}  // namespace baton::detail::utf8
