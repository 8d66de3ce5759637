// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::test {

/// "k7" for "k" and 7. (Appended, since GCC 12 warns of `"k" + std::to_string(7)` without cause.)
[[nodiscard]] inline std::string numbered(std::string_view prefix, std::size_t number) {
  std::string text(prefix);
  text += std::to_string(number);
  return text;
}

/// "k0=v,k1=v,…": that many members, for a tracestate or a baggage.
[[nodiscard]] inline std::string numbered_members(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) text += ',';
    text += numbered("k", i);
    text += "=v";
  }
  return text;
}

}  // namespace baton::test
