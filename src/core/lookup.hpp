// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
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

}  // namespace baton::detail::lookup

namespace baton {
namespace lookup = detail::lookup;
}
