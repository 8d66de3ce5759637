// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string_view>

#include "text/chars.hpp"

namespace baton::detail {

/// The value of a variable, without the blanks around it.
inline std::string_view environment_variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as long as no thread changes the environment
  const char* const value = std::getenv(name);
  return trim(value == nullptr ? "" : value);
}

/// A list; empty if it has only blanks and commas.
constexpr std::string_view list_or_empty(std::string_view text) noexcept {
  return list_separators.find_outside(text) != text.size() ? text : "";
}

/// The value of a variable that is a list.
inline std::string_view environment_list(const char* name) {
  return list_or_empty(environment_variable(name));
}

}  // namespace baton::detail
