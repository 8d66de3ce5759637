// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

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

constexpr char to_lower(char c) noexcept {
  return is_upper_letter(c) ? static_cast<char>(c | 0x20) : c;
}

/// Whether `text` has no uppercase letter.
[[nodiscard]] constexpr bool is_lowercase(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), is_upper_letter);
}

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || to_lower(x) == to_lower(y);
         });
}

}  // namespace baton::detail
