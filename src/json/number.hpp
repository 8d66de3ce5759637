// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/chars.hpp"

namespace baton::json {

/// The bounds of the doubles.
namespace double_range {

/// The largest double, and all numbers that are rounded to it, are below 1.797693134862315808e308.
inline constexpr std::int64_t largest_exponent = 308;
inline constexpr std::uint64_t largest_digits = 1'797'693'134'862'315'807;
inline constexpr std::size_t compared_digits = 19;

}  // namespace double_range

/// Whether a number, whose grammar was checked, is in the range of a double, which may round it. A
/// larger one would become an infinity, which JSON cannot express. Compares the first 19
/// digits only: a number that is too large in a later one passes as well.
constexpr bool fits_double(std::string_view number) noexcept {
  using namespace double_range;
  const std::size_t mark = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, mark);
  std::int64_t exponent = 0;
  if (mark != std::string_view::npos) {
    std::string_view text = number.substr(mark + 1);
    const bool is_negative = text.front() == '-';
    if (is_negative || text.front() == '+') text.remove_prefix(1);
    constexpr std::int64_t enough = 1'000'000'000'000'000;  // more than a text has digits
    for (const char c : text) {
      if (exponent < enough) exponent = exponent * 10 + (c - '0');
    }
    if (is_negative) exponent = -exponent;
  }

  // The number is d.ddd… times ten to the power of `exponent`.
  bool in_fraction = false;
  std::uint64_t digits = 0;
  std::size_t count = 0;
  for (const char c : mantissa) {
    if (c == '.') in_fraction = true;
    if (!baton::detail::digits.contains(c)) continue;
    if (count == 0 && c == '0') {
      if (in_fraction) --exponent;
      continue;
    }
    if (count < compared_digits) digits = digits * 10 + static_cast<std::uint64_t>(c - '0');
    if (in_fraction ? count == 0 : count != 0) exponent += in_fraction ? -1 : 1;
    ++count;
  }
  if (count == 0 || exponent < largest_exponent) return true;
  for (; count < compared_digits; ++count) digits *= 10;
  return exponent == largest_exponent && digits <= largest_digits;
}

}  // namespace baton::json
