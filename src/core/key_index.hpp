// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "core/keyed_hash.hpp"
#include "core/source_array.hpp"

namespace baton::detail {

/// Numbers the different keys of a list in the order of their first occurrence, and finds them in
/// constant time, even hostile ones.
///
/// Keys are places in the text of the list, of less than 2^32 bytes, which may grow and move
/// between two calls. The first 256 of them need no memory of the heap or a MemorySource, and the
/// first 16 no table.
class KeyIndex {
 public:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  KeyIndex() noexcept = default;
  KeyIndex(const KeyIndex&) = delete;
  KeyIndex& operator=(const KeyIndex&) = delete;

  /// The number of `key`; `none` if it was not added.
  [[nodiscard]] std::uint32_t find(std::string_view list, std::string_view key) const noexcept {
    return find(list, key, hash(key));
  }

  struct Inserted {
    std::uint32_t number;  // `none` if there is no memory for a new key
    bool is_new;
  };
  /// Adds `key`, a view into `list`, unless it was added before.
  Inserted insert(std::string_view list, std::string_view key) noexcept;

  /// Makes the key of that number count as not added. The other keys keep their numbers.
  void forget(std::uint32_t number) noexcept { entries_[number].size = none; }

 private:
  struct Entry {
    std::uint32_t hash;
    std::uint32_t begin;
    std::uint32_t size;
  };
  static constexpr std::size_t inline_capacity = 256;
  static constexpr std::size_t compared_directly = 16;

  static std::uint32_t hash(std::string_view key) noexcept {
    return static_cast<std::uint32_t>(keyed_hash(key));
  }
  [[nodiscard]] std::uint32_t find(std::string_view list, std::string_view key,
                                   std::uint32_t hash) const noexcept;
  bool grow() noexcept;
  void fill_table() noexcept;
  void put_into_table(std::uint32_t number) noexcept;

  std::array<Entry, inline_capacity> inline_entries_;
  std::array<std::uint32_t, 2 * inline_capacity> inline_table_;
  SourceArray<Entry> more_entries_;
  SourceArray<std::uint32_t> more_table_;
  Entry* entries_ = inline_entries_.data();
  std::uint32_t* table_ = inline_table_.data();  // twice `capacity_` numbers, or `none`
  std::size_t capacity_ = inline_capacity;
  std::size_t size_ = 0;
};

}  // namespace baton::detail
