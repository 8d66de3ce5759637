// SPDX-License-Identifier: Apache-2.0
#include "baton/format_traits.hpp"

#include <algorithm>

#include "text/chars.hpp"

namespace baton {

bool FormatTraits::owns(std::string_view field) const noexcept {
  const auto is_it = [field](std::string_view known) {
    return detail::equals_ignoring_case(field, known);
  };
  const auto begins_it = [field](std::string_view prefix) {
    return detail::starts_with_ignoring_case(field, prefix);
  };
  return std::ranges::any_of(fields, is_it) || std::ranges::any_of(also_reads, is_it) ||
         std::ranges::any_of(prefixes, begins_it);
}

}  // namespace baton
