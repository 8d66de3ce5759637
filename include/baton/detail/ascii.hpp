// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "baton/detail/load.hpp"

/// ASCII, in any locale.
namespace baton::detail {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_lower_letter(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper_letter(char c) noexcept { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter_or_digit(char c) noexcept {
  return is_lower_letter(c) || is_upper_letter(c) || is_digit(c);
}

/// The other characters of a token, RFC 9110, §5.6.2.
inline constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";

inline constexpr std::array<bool, 256> token_table = [] {
  std::array<bool, 256> table{};
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    table[static_cast<std::size_t>(byte)] =
        is_letter_or_digit(c) || token_marks.find(c) != std::string_view::npos;
  }
  return table;
}();

/// tchar, RFC 9110, §5.6.2.
constexpr bool is_token_character(char c) noexcept {
  return token_table[static_cast<unsigned char>(c)];
}

constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Whether any of eight characters is a control character, whatever their order in the word.
constexpr bool has_control(std::uint64_t characters) noexcept {
  constexpr std::uint64_t each = 0x0101'0101'0101'0101;
  // A subtraction sets the high bit of the lowest byte that is too small, and changes others only
  // above it. Bytes beyond ASCII have that bit from the start.
  const std::uint64_t below_space = characters - each * 0x20;
  const std::uint64_t is_delete = (characters ^ (each * 0x7f)) - each;
  return ((below_space | is_delete) & ~characters & (each * 0x80)) != 0;
}

constexpr char to_lower(char c) noexcept {
  return is_upper_letter(c) ? static_cast<char>(c | 0x20) : c;
}
constexpr char to_upper(char c) noexcept {
  return is_lower_letter(c) ? static_cast<char>(c & ~0x20) : c;
}

/// Whether `text` has no uppercase letter.
[[nodiscard]] constexpr bool is_lowercase(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), is_upper_letter);
}

namespace plain {

/// Of two texts of one size.
constexpr bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(),
                    [](char x, char y) { return x == y || to_lower(x) == to_lower(y); });
}

}  // namespace plain

/// Of two texts of one size, eight characters at a time; the last eight may overlap those before.
/// Not inlined: most names that are compared differ in size, and their loop should remain small.
[[gnu::noinline]] constexpr bool same_ignoring_case(std::string_view a,
                                                    std::string_view b) noexcept {
  constexpr std::size_t step = sizeof(std::uint64_t);
  if (std::is_constant_evaluated() || a.size() < step) return plain::same_ignoring_case(a, b);
  for (std::size_t i = 0; i < a.size(); i += step) {
    const char* const ours = a.data() + std::min(i, a.size() - step);
    const char* const theirs = b.data() + std::min(i, a.size() - step);
    const std::uint64_t differences = load<std::uint64_t>(ours) ^ load<std::uint64_t>(theirs);
    if (differences == 0) continue;
    // Letters that differ in case alone differ in this bit, and so do some other characters.
    constexpr std::uint64_t case_bits = 0x2020'2020'2020'2020;
    if ((differences & ~case_bits) != 0) return false;
    if (!plain::same_ignoring_case({ours, step}, {theirs, step})) return false;
  }
  return true;
}

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  // Most names of one size differ in the first character already.
  return a.empty() || (((a.front() ^ b.front()) & ~0x20) == 0 && same_ignoring_case(a, b));
}

}  // namespace baton::detail
