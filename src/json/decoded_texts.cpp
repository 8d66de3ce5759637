// SPDX-License-Identifier: Apache-2.0
#include "json/decoded_texts.hpp"

#include <algorithm>

#include "json/strings.hpp"

namespace baton::json {

std::string_view DecodedTexts::add(std::string_view inside) {
  if (inside.size() > left_) {  // no text is longer than its escapes
    const std::size_t size = std::max(inside.size(), next_block_);
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(size));
    free_ = blocks_.back().get();
    left_ = size;
    next_block_ = 2 * size;
  }
  char* const begin = free_;
  free_ = decode(inside, begin);
  const auto size = static_cast<std::size_t>(free_ - begin);
  left_ -= size;
  return {begin, size};
}

}  // namespace baton::json
