// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "text/hex.hpp"

namespace baton::json {

/// The digits of an escape `\uXXXX`, which was checked, as a number: a unit of UTF-16.
constexpr char32_t unit_at(const char* escape) noexcept {
  char32_t unit = 0;
  for (int i = 2; i < 6; ++i) {
    unit = unit << 4 | static_cast<char32_t>(detail::hex::digit_of_any_case(escape[i]));
  }
  return unit;
}

}  // namespace baton::json
