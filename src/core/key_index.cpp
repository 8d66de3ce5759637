// SPDX-License-Identifier: Apache-2.0
#include "core/key_index.hpp"

#include <algorithm>
#include <utility>

namespace baton::detail {

std::uint32_t KeyIndex::find(std::string_view list, std::string_view key,
                             std::uint32_t hash) const noexcept {
  const auto is_it = [&](std::uint32_t number) {
    const Entry& entry = entries_[number];
    return entry.hash == hash && entry.size == key.size() &&
           list.substr(entry.begin, entry.size) == key;
  };
  if (size_ <= compared_directly) {
    for (std::uint32_t number = 0; number < size_; ++number) {
      if (is_it(number)) return number;
    }
    return none;
  }
  const std::size_t last_slot = 2 * capacity_ - 1;
  for (std::size_t slot = hash & last_slot;; slot = (slot + 1) & last_slot) {
    if (table_[slot] == none || is_it(table_[slot])) return table_[slot];
  }
}

KeyIndex::Inserted KeyIndex::insert(std::string_view list, std::string_view key) noexcept {
  const std::uint32_t key_hash = hash(key);
  if (const std::uint32_t number = find(list, key, key_hash); number != none) {
    return {number, false};
  }
  if (size_ == capacity_ && !grow()) return {none, true};
  const auto number = static_cast<std::uint32_t>(size_++);
  entries_[number] = {key_hash, static_cast<std::uint32_t>(key.data() - list.data()),
                      static_cast<std::uint32_t>(key.size())};
  if (size_ == compared_directly + 1) {
    fill_table();
  } else if (size_ > compared_directly) {
    put_into_table(number);
  }
  return {number, true};
}

void KeyIndex::fill_table() noexcept {
  std::fill_n(table_, 2 * capacity_, none);
  for (std::uint32_t number = 0; number < size_; ++number) put_into_table(number);
}

void KeyIndex::put_into_table(std::uint32_t number) noexcept {
  const std::size_t last_slot = 2 * capacity_ - 1;
  std::size_t slot = entries_[number].hash & last_slot;
  while (table_[slot] != none) slot = (slot + 1) & last_slot;
  table_[slot] = number;
}

bool KeyIndex::grow() noexcept {
  const std::size_t capacity = 2 * capacity_;
  auto entries = make_source_array<Entry>(capacity);
  auto table = make_source_array<std::uint32_t>(2 * capacity);
  if (entries == nullptr || table == nullptr) return false;
  std::copy_n(entries_, size_, entries.get());
  more_entries_ = std::move(entries);
  more_table_ = std::move(table);
  entries_ = more_entries_.get();
  table_ = more_table_.get();
  capacity_ = capacity;
  fill_table();
  return true;
}

}  // namespace baton::detail
