// SPDX-License-Identifier: Apache-2.0
#include "bindings/c/fields.hpp"

#include "baton/detail/ascii.hpp"

namespace baton::c {

void Fields::keys(TextVisitor visit) const {
  fields([visit](std::string_view name, std::string_view) { return visit(name); });
}

std::optional<std::string_view> Fields::get(std::string_view name,
                                            detail::NameComparison comparison, bool is_last) const {
  std::optional<std::string_view> found;
  get_all(name, comparison, [&](std::string_view value) {
    found = value;
    return is_last;
  });
  return found;
}

void Fields::get_all(std::string_view name, detail::NameComparison comparison,
                     TextVisitor visit) const {
  if (comparison != detail::NameComparison::any_case) {
    bool is_there = false;
    fields([&](std::string_view other, std::string_view value) {
      if (other != name) return true;
      is_there = true;
      return visit(value);
    });
    if (is_there || comparison == detail::NameComparison::exact) return;
  }
  fields([&](std::string_view other, std::string_view value) {
    return !detail::equals_ignoring_case(other, name) || visit(value);
  });
}

}  // namespace baton::c
