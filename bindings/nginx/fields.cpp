// SPDX-License-Identifier: Apache-2.0
#include "nginx/fields.hpp"

#include <algorithm>
#include <memory>
#include <new>

namespace baton::nginx {
namespace {

/// For FastCGI, uwsgi and SCGI a name with `_` is the one with `-`, so it must not slip by.
bool same_variable(std::string_view field, std::string_view lowercase) noexcept {
  return std::ranges::equal(field, lowercase, [](char ours, char theirs) {
    return detail::to_lower(ours) == theirs || (ours == '_' && theirs == '-');
  });
}

/// As nginx hashes the names of fields.
ngx_uint_t hash_of(std::string_view lowercase) noexcept {
  ngx_uint_t hash = 0;
  for (const char c : lowercase) hash = ngx_hash(hash, static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

FieldNames::FieldNames(std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    std::uint16_t& head = heads_[bucket_of(name)];
    changes_.push_back({.name = name, .hash = hash_of(name), .next = head});
    head = static_cast<std::uint16_t>(changes_.size());
  }
}

FieldChanges::FieldChanges(const FieldNames& names, Memory memory) noexcept
    : memory_(memory), heads_(names.heads_) {
  size_ = names.changes_.size();
  if (size_ <= few) {
    changes_ = reinterpret_cast<FieldChange*>(first_changes_.data());
  } else {
    capacity_ = 2 * size_;
    changes_ = static_cast<FieldChange*>(memory_(capacity_ * sizeof(FieldChange)));
  }
  if (changes_ == nullptr) {
    failed_ = true;
    heads_.fill(0);
    size_ = capacity_ = 0;
  }
  std::uninitialized_copy_n(names.changes_.data(), size_, changes_);
}

FieldChange* FieldChanges::find(std::string_view name) noexcept {
  for (std::size_t next = heads_[FieldNames::bucket_of(name)]; next != 0;
       next = changes_[next - 1].next) {
    FieldChange& change = changes_[next - 1];
    // Formats write with the text of their traits.
    const bool is_text = name.data() == change.name.data() && name.size() == change.name.size();
    if (is_text || detail::equals_ignoring_case(name, change.name)) return &change;
  }
  return nullptr;
}

FieldChange* FieldChanges::find_of_field(std::string_view name) noexcept {
  std::size_t next = heads_[FieldNames::bucket_of(name)];
  if (next == 0) return nullptr;
  const bool may_be_similar = name.find('_') != std::string_view::npos;
  FieldChange* similar = nullptr;
  for (; next != 0; next = changes_[next - 1].next) {
    FieldChange& change = changes_[next - 1];
    if (change.state == FieldChange::State::untouched) continue;
    if (detail::equals_ignoring_case(name, change.name)) return &change;
    if (may_be_similar && same_variable(name, change.name)) similar = &change;
  }
  return similar;
}

FieldChange* FieldChanges::find_or_add(std::string_view name) noexcept {
  if (FieldChange* const found = find(name)) return found;
  if (!http::is_field_name(name)) return nullptr;
  const bool has_room = size_ < capacity_ || (size_ < max_changes && grow());
  char* const lowercase = has_room ? copy(name) : nullptr;
  if (lowercase == nullptr) {
    failed_ = true;
    return nullptr;
  }
  std::transform(lowercase, lowercase + name.size(), lowercase, detail::to_lower);
  const std::string_view copied(lowercase, name.size());
  std::uint16_t& head = heads_[FieldNames::bucket_of(copied)];
  auto* const added =
      new (changes_ + size_) FieldChange{.name = copied, .hash = hash_of(copied), .next = head};
  head = static_cast<std::uint16_t>(++size_);
  return added;
}

bool FieldChanges::grow() noexcept {
  const std::size_t more = 2 * capacity_ + few;
  auto* const larger = static_cast<FieldChange*>(memory_(more * sizeof(FieldChange)));
  if (larger == nullptr) return false;
  std::uninitialized_copy_n(changes_, size_, larger);
  changes_ = larger;
  capacity_ = more;
  return true;
}

char* FieldChanges::copy(std::string_view text) noexcept {
  auto* const copied = static_cast<char*>(memory_(text.size() + 1));
  if (copied == nullptr) return nullptr;
  // Terminated by zero, as all fields that nginx reads.
  *std::copy(text.begin(), text.end(), copied) = '\0';
  return copied;
}

void FieldChanges::set(std::string_view name, std::string_view value) noexcept {
  FieldChange* const change = find_or_add(name);
  if (change == nullptr) return;
  if (!http::is_field_value(value)) {
    change->state = FieldChange::State::erased;
    return;
  }
  const char* const copied = copy(value);
  failed_ = failed_ || copied == nullptr;
  change->value = {copied, copied != nullptr ? value.size() : 0};
  change->state = FieldChange::State::set;
}

void FieldChanges::erase(std::string_view name) noexcept {
  if (FieldChange* const change = find_or_add(name)) change->state = FieldChange::State::erased;
}

bool FieldChanges::differ_from(const FieldParts& old) noexcept {
  kept_ = 0;
  bool differ = false;
  old.for_each([&](const ngx_table_elt_t& field) {
    FieldChange* const change = find_of_field(view(field.key));
    if (change == nullptr) {
      ++kept_;
    } else if (change->state == FieldChange::State::set && !change->is_there &&
               view(field.value) == change->value &&
               detail::equals_ignoring_case(view(field.key), change->name)) {
      change->is_there = true;
    } else {
      differ = true;
    }
    return true;
  });
  return differ || std::any_of(changes_, changes_ + size_, [](const FieldChange& change) {
           return change.state == FieldChange::State::set && !change.is_there;
         });
}

bool FieldChanges::apply(const FieldParts& old, ngx_list_part_t& changed, ngx_uint_t& capacity) {
  constexpr std::size_t room = 4;  // for fields that other modules add
  if (failed_) return false;
  capacity = kept_ + size_ + room;
  auto* const fields = static_cast<ngx_table_elt_t*>(memory_(capacity * sizeof(ngx_table_elt_t)));
  if (fields == nullptr) return false;
  ngx_table_elt_t* end = fields;
  old.for_each([&](const ngx_table_elt_t& field) {
    if (find_of_field(view(field.key)) == nullptr) *end++ = field;
    return true;
  });
  for (const FieldChange* change = changes_; change != changes_ + size_; ++change) {
    if (change->state != FieldChange::State::set) continue;
    const ngx_str_t name = text_of(change->name);
    *end++ = {change->hash, name, text_of(change->value), name.data};
  }
  changed = {fields, static_cast<ngx_uint_t>(end - fields), nullptr};
  return true;
}

}  // namespace baton::nginx
