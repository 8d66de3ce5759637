// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace baton::tool {

/// A check for CLI11, which reads a negative number as a large one, and one that is too large as
/// the largest. Empty: it is a number.
inline std::string must_be_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end ? "" : "'" + text + "' is not a number of 64 bits";
}

}  // namespace baton::tool
