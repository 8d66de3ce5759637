// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "baton/detail/ascii.hpp"
#include "text/chars.hpp"

namespace baton::detail {

/// Whether a field, in any case, is one of these or begins with a prefix.
inline bool is_owned(std::string_view field, std::span<const std::string_view> fields,
                     std::span<const std::string_view> prefixes) noexcept {
  const auto is_it = [field](std::string_view known) { return equals_ignoring_case(field, known); };
  const auto begins_it = [field](std::string_view prefix) {
    return starts_with_ignoring_case(field, prefix);
  };
  return std::ranges::any_of(fields, is_it) || std::ranges::any_of(prefixes, begins_it);
}

}  // namespace baton::detail
