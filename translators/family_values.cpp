// SPDX-License-Identifier: Apache-2.0
#include "translators/family_values.hpp"

#include <algorithm>
#include <array>

#include "baton/detail/found_fields.hpp"
#include "core/keyed_hash.hpp"
#include "text/chars.hpp"

namespace baton::detail {
namespace {

/// Of the name in lowercase, by parts: these need no memory of the heap.
std::uint32_t hash_of(std::string_view name) noexcept {
  std::array<char, 64> part;
  std::uint64_t hash = 0;
  while (!name.empty()) {
    const std::string_view next = name.substr(0, part.size());
    std::ranges::transform(next, part.begin(), to_lower);
    hash = hash * 0x9e3779b97f4a7c15U + keyed_hash({part.data(), next.size()});
    name.remove_prefix(next.size());
  }
  return static_cast<std::uint32_t>(hash);
}

}  // namespace

std::optional<std::string_view> FamilyValues::get(std::string_view name, std::string_view first) {
  if (asked_++ == few) collect(carrier_.source());
  if (capacity_ != 0) {
    const Entry* const entry = find(name, hash_of(name));
    if (entry != nullptr) return std::string_view(entry->value, entry->value_size);
  }
  const auto value = carrier_.get(name);
  return value ? value : carrier_.get(first);
}

void FamilyValues::collect(CarrierReader source) {
  std::size_t count = 0;
  source.visit_fields([&](std::string_view name, std::string_view) {
    if (starts_with_ignoring_case(name, prefix_)) ++count;
    return count < most_;
  });
  constexpr std::size_t most_entries = std::size_t{1} << 30U;
  if (count == 0 || count > most_entries) return;
  entries_ = make_source_array<Entry>(count);
  if (entries_ == nullptr) return;
  capacity_ = count;
  for (std::size_t i = 0; i < count; ++i) entries_[i].first = 0;
  comparison_ = source.comparison();
  source.visit_fields([&](std::string_view name, std::string_view value) {
    const bool is_one = starts_with_ignoring_case(name, prefix_);
    if (is_one && name.size() - prefix_.size() <= longest_) keep(name, value);
    return true;
  });
}

void FamilyValues::keep(std::string_view name, std::string_view value) {
  const bool is_lower = comparison_ == NameComparison::any_case || is_lowercase(name);
  const std::uint32_t hash = hash_of(name);
  Entry* entry = find(name, hash);
  if (entry == nullptr) {
    if (size_ == capacity_) return;
    std::uint32_t& first = place_of(hash);
    entry = &entries_[size_++];
    entry->name = name.data();
    entry->name_size = name.size();
    entry->hash = hash;
    entry->next = first;
    first = static_cast<std::uint32_t>(size_);
  } else if (entry->is_lowercase != is_lower) {
    if (entry->is_lowercase) return;
  } else {
    const bool has_name = is_lower || comparison_ != NameComparison::exact ||
                          std::string_view(entry->name, entry->name_size) == name;
    if (!has_name || !carrier_.last_field_counts()) return;
  }
  entry->value = value.data();
  entry->value_size = value.size();
  entry->is_lowercase = is_lower;
}

FamilyValues::Entry* FamilyValues::find(std::string_view name, std::uint32_t hash) const noexcept {
  for (std::uint32_t number = place_of(hash); number != 0;) {
    Entry& entry = entries_[number - 1];
    const std::string_view kept(entry.name, entry.name_size);
    if (entry.hash == hash && equals_ignoring_case(kept, name)) return &entry;
    number = entry.next;
  }
  return nullptr;
}

}  // namespace baton::detail
