// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/found_fields.hpp"

namespace baton::detail {

bool FoundFields::add(std::string_view name, std::string_view value, std::size_t slot) {
  const std::size_t number = known_.find(name, slot);
  if (number >= max_names) return add_respelled(name, value, slot);
  readers_ |= known_.readers(number);
  const Field* const older = at(starts_[number]);
  // What this spelling hides remains in its place, unused.
  if (older != nullptr && !older->is_exact) starts_[number] = 0;
  return keep(number, value, true);
}

/// Adds a field whose name is not spelled as the formats do, if it has one of their names.
bool FoundFields::add_respelled(std::string_view name, std::string_view value, std::size_t slot) {
  readers_ |= known_.readers_of(name);
  const NameComparison comparison = source_.comparison();
  if (comparison == NameComparison::exact) return true;
  const std::size_t number = known_.find_ignoring_case(name, slot);
  if (number >= max_names) return true;
  const bool is_exact = comparison == NameComparison::any_case;
  const Field* const older = at(starts_[number]);
  return (older != nullptr && older->is_exact && !is_exact) || keep(number, value, is_exact);
}

}  // namespace baton::detail
