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

/// The same of a list; empty if it has only blanks and commas.
inline std::string_view environment_list(const char* name) {
  const std::string_view text = environment_variable(name);
  return list_separators.find_outside(text) != text.size() ? text : "";
}

}  // namespace baton::detail
