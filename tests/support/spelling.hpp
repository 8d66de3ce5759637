// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace baton::test {

/// A lowercase name in another case for each number; the first is the name itself.
inline std::string spelling(std::string name, std::size_t number) {
  for (char& c : name) {
    if (c < 'a' || c > 'z') continue;
    if ((number & 1U) != 0) c = static_cast<char>(c - 'a' + 'A');
    number >>= 1U;
  }
  return name;
}

}  // namespace baton::test
