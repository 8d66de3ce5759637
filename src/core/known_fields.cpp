// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/known_fields.hpp"

#include <algorithm>

#include "baton/detail/ascii.hpp"

namespace baton::detail {
namespace {

bool equals_as_variable(std::string_view name, std::string_view known) noexcept {
  return std::ranges::equal(name, known, [](char c, char in_lowercase) {
    return to_lower(c) == in_lowercase || (c == '_' && in_lowercase == '-');
  });
}

}  // namespace

void KnownFields::add(std::string_view name, std::uint32_t readers) {
  if (const std::size_t number = find(name); number != none) {
    names_[number].readers |= readers;
    return;
  }
  const std::size_t slot = hash(beginning_of(name), name.size());
  names_.push_back({name, readers | readers_by_prefix(name), heads_[slot]});
  heads_[slot] = names_.size();
  sizes_ |= std::uint64_t{1} << name.size() % 64;
}

void KnownFields::add_prefix(std::string_view prefix, std::uint32_t readers) {
  for (Name& name : names_) {
    if (name.text.starts_with(prefix)) name.readers |= readers;
  }
  prefixes_.push_back({prefix, readers, 0});
  has_prefixes_ = true;
  if (prefix.size() >= sizeof(std::uint32_t)) {
    prefix_beginnings_.set(hash(beginning_of(prefix), 0));
  } else {
    prefix_beginnings_.set();
  }
}

std::uint32_t KnownFields::readers_by_prefix(std::string_view name) const noexcept {
  std::uint32_t readers = 0;
  for (const Name& prefix : prefixes_) {
    if (equals_as_variable(name.substr(0, prefix.text.size()), prefix.text)) {
      readers |= prefix.readers;
    }
  }
  return readers;
}

std::uint32_t KnownFields::readers_of(std::string_view name) const noexcept {
  const std::size_t slot = slot_of(name);
  if (slot == none) return 0;
  const std::size_t number = find(name, slot, equals_as_variable);
  return (number != none ? names_[number].readers : 0) | readers_by_prefix(name);
}

}  // namespace baton::detail
