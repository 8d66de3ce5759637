// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace baton::json {

/// Decoded strings, which never move, in few blocks: as many allocations as the logarithm of their
/// bytes.
class DecodedTexts {
 public:
  /// The text of the inside of a string, valid as long as this. The scanner must have checked it.
  [[nodiscard]] std::string_view add(std::string_view inside);

 private:
  static constexpr std::size_t least_block = 512;

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;
  std::size_t left_ = 0;
  std::size_t next_block_ = least_block;
};

}  // namespace baton::json
