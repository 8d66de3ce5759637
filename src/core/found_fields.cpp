// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/found_fields.hpp"

#include "baton/detail/ascii.hpp"

namespace baton::detail {

void FoundFields::add(std::string_view name, std::string_view value, std::size_t slot) {
  const NameComparison comparison = source_.comparison();
  const std::size_t number =
      comparison == NameComparison::exact
          ? known_.find(name, slot, [](std::string_view a, std::string_view b) { return a == b; })
          : known_.find(name, slot, equals_ignoring_case);
  if (number == KnownFields::none) {
    readers_ |= known_.readers_by_prefix(name);
    return;
  }
  readers_ |= known_.readers(number);
  if (!is_collected(number)) return;
  std::uint8_t& start = starts_[number];
  const bool is_exact = comparison != NameComparison::exact_first || name == known_.name(number);
  const Field* const older = at(start);
  if (older != nullptr && older->is_exact != is_exact) {
    if (!is_exact) return;
    start = 0;  // hides the others, whose places remain unused
  }
  keep(start, value, is_exact);
}

}  // namespace baton::detail
