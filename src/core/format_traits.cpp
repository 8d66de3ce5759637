// SPDX-License-Identifier: Apache-2.0
#include "baton/format_traits.hpp"

#include "core/is_owned.hpp"

namespace baton {

bool FormatTraits::owns(std::string_view field) const noexcept {
  return detail::is_owned(field, fields, prefixes) || detail::is_owned(field, also_reads, {});
}

}  // namespace baton
