// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/hex.hpp"

namespace baton::detail {

/// Writes a text whose maximal size is known, without an allocation. A caller must not append more
/// than fits.
template <std::size_t capacity>
class BoundedWriter {
 public:
  constexpr BoundedWriter& append(std::string_view text) noexcept {
    std::copy(text.begin(), text.end(), grow(text.size()));
    return *this;
  }
  constexpr BoundedWriter& append(char c) noexcept {
    *grow(1) = c;
    return *this;
  }
  /// Appends `encode(c)` for each character.
  template <class Encode>
  constexpr BoundedWriter& append_encoded(std::string_view text, Encode encode) noexcept {
    std::transform(text.begin(), text.end(), grow(text.size()), encode);
    return *this;
  }
  /// Appends 16 lowercase digits.
  BoundedWriter& append_hex(std::uint64_t number) noexcept {
    hex::encode16(number, grow(16));
    return *this;
  }
  BoundedWriter& append_decimal(std::integral auto number) noexcept {
    const auto [end, error] = std::to_chars(text_.data() + size_, text_.data() + capacity, number);
    assert(error == std::errc());
    size_ = static_cast<std::size_t>(end - text_.data());
    return *this;
  }

  [[nodiscard]] constexpr std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  constexpr char* grow(std::size_t size) noexcept {
    assert(size <= capacity - size_);
    char* const begin = text_.data() + size_;
    size_ += size;
    return begin;
  }

  std::array<char, capacity> text_;
  std::size_t size_ = 0;
};

}  // namespace baton::detail
