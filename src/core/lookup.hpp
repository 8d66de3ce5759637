// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "baton/detail/lookup.hpp"

namespace baton::detail::lookup {

inline std::string to_lower(std::string_view name) {
  std::string lowercase(name);
  std::transform(lowercase.begin(), lowercase.end(), lowercase.begin(),
                 [](char c) { return to_lower(c); });
  return lowercase;
}

/// Calls `f` with `name` in lowercase; allocates only if it has uppercase letters.
template <class F>
void with_lowercase(std::string_view name, F&& f) {
  if (is_lowercase(name)) {
    f(name);
  } else {
    f(std::string_view(to_lower(name)));
  }
}

template <class List>
void visit_names(const List& list, TextVisitor visit) {
  for (std::size_t i = 0, size = list.size(); i < size; ++i) {
    const auto header = list.at(i);
    if (header.value && !visit(header.name)) return;
  }
}

}  // namespace baton::detail::lookup

namespace baton {
namespace lookup = detail::lookup;
}
