// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baton/detail/load.hpp"

namespace baton::detail {

/// Tells for each key of a list whether it may be repeated: never a false no, rarely a false yes.
/// Holds 16 bits per key and compares them all at once. For the few keys of real lists that is
/// cheaper than to clear a table; nothing is initialized before it is used. A set of 256 bits, one
/// per key, avoids even that comparison for most keys.
class KeyFilter {
 public:
  static constexpr std::size_t capacity = 32;

  /// Of the keys that were inserted, at most `capacity`.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Adds `key`, which is not empty. Returns true if it may have been added before.
  bool insert(std::string_view key) noexcept {
    const std::uint64_t hash = hash_of(key);
    std::uint64_t& word = bits_[static_cast<std::size_t>(hash >> 62U)];
    const std::uint64_t bit = std::uint64_t{1} << (hash >> 56U & 63U);
    const bool may_be_there = (word & bit) != 0;
    word |= bit;
    marks_[size_++] = static_cast<std::uint16_t>(hash >> 48U);
    return may_be_there && has_before();
  }

 private:
  /// Whether the newest mark equals an older one.
  [[gnu::noinline]] bool has_before() const noexcept {
    const std::uint16_t mark = marks_[size_ - 1];
    unsigned seen = 0;
    for (std::size_t i = 0; i + 1 < size_; ++i) seen |= static_cast<unsigned>(marks_[i] == mark);
    return seen != 0;
  }

  /// Mixes the size, and the first and the last eight characters, in its high bits.
  static std::uint64_t hash_of(std::string_view key) noexcept {
    const char* const begin = key.data();
    const char* const end = begin + key.size();
    std::uint64_t first;
    std::uint64_t last;
    if (key.size() >= 8) {
      first = load<std::uint64_t>(begin);
      last = load<std::uint64_t>(end - 8);
    } else if (key.size() >= 4) {
      first = load<std::uint32_t>(begin);
      last = load<std::uint32_t>(end - 4);
    } else {
      first = std::uint64_t{load<std::uint8_t>(begin)} << 8U |
              load<std::uint8_t>(begin + key.size() / 2);
      last = load<std::uint8_t>(end - 1);
    }
    return (first + key.size()) * 0x9e3779b97f4a7c15U ^ last * 0xc2b2ae3d27d4eb4fU;
  }

  std::array<std::uint16_t, capacity> marks_;
  std::size_t size_ = 0;
  std::array<std::uint64_t, 4> bits_{};
};

}  // namespace baton::detail
