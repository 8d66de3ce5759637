// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton::detail {

/// Tells for each key of a list whether it may be repeated: never a false no, rarely a false yes.
/// Holds 16 bits per key and compares them all at once. For the few keys of real lists that is
/// cheaper than to clear a table; nothing is initialized before it is used. A set of 256 bits, one
/// per key, avoids even that comparison for most keys.
class KeyFilter {
 public:
  static constexpr std::size_t capacity = 32;

  /// Adds `key`, which is not empty. Returns true if it may have been added before, and for every
  /// key beyond `capacity`.
  bool insert(std::string_view key) noexcept {
    if (size_ == capacity) return true;
    const std::uint16_t mark = fingerprint(key);
    std::uint64_t& word = bits_[mark >> 6U & 3U];
    const std::uint64_t bit = std::uint64_t{1} << (mark & 63U);
    const bool may_be_there = (word & bit) != 0;
    word |= bit;
    marks_[size_++] = mark;
    return may_be_there && has_before(mark);
  }

 private:
  /// Whether the newest mark equals an older one.
  [[gnu::noinline]] bool has_before(std::uint16_t mark) const noexcept {
    unsigned seen = 0;
    for (std::size_t i = 0; i + 1 < size_; ++i) seen |= static_cast<unsigned>(marks_[i] == mark);
    return seen != 0;
  }

  /// Mixes the size with four characters: similar keys mostly differ at their end.
  static std::uint16_t fingerprint(std::string_view key) noexcept {
    const auto at = [key](std::size_t i) {
      return std::uint32_t{static_cast<unsigned char>(key[i])};
    };
    const std::size_t size = key.size();
    return static_cast<std::uint16_t>(at(size - 1) ^ at(size - (size > 1 ? 2 : 1)) << 4U ^
                                      at(size / 2) << 7U ^ at(0) << 9U ^ size << 11U);
  }

  std::array<std::uint16_t, capacity> marks_;
  std::size_t size_ = 0;
  std::array<std::uint64_t, 4> bits_{};
};

}  // namespace baton::detail
