// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace baton::detail {

/// Calls `visit` for each part between separators, empty ones too. An empty text is one part.
template <class Visitor>
constexpr void for_each_part(std::string_view text, char separator, Visitor&& visit) {
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    visit(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace baton::detail
