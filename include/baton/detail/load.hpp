// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

namespace baton::detail {

/// Characters as a number, in the order of the machine. They need not be aligned.
template <class Word>
Word load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

}  // namespace baton::detail
