// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string_view>

#include "text/chars.hpp"

namespace baton::detail {

/// The value of a variable, without the blanks around it; empty if it has only blanks and commas.
inline std::string_view environment_variable(const char* name) {
  const char* const value = std::getenv(name);
  const std::string_view text = value == nullptr ? "" : value;
  return list_separators.find_outside(text) != text.size() ? trim(text) : "";
}

}  // namespace baton::detail
