// SPDX-License-Identifier: Apache-2.0
#include "baton/propagator.hpp"

#include <algorithm>

#include "text/chars.hpp"

namespace baton {

bool Propagator::owns(std::string_view field) const noexcept {
  return std::ranges::any_of(read_fields(),
                             [field](std::string_view name) {
                               return detail::equals_ignoring_case(field, name);
                             }) ||
         std::ranges::any_of(prefixes(), [field](std::string_view prefix) {
           return detail::starts_with_ignoring_case(field, prefix);
         });
}

}  // namespace baton
