// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baton::tool {

/// Texts with a separator between them.
template <class Text>
[[nodiscard]] std::string join(const std::vector<Text>& texts, std::string_view separator = ",") {
  std::string out;
  for (const Text& text : texts) {
    if (!out.empty()) out += separator;
    out += text;
  }
  return out;
}

}  // namespace baton::tool
