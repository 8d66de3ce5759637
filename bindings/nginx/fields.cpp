// SPDX-License-Identifier: Apache-2.0
#include "nginx/fields.hpp"

#include <algorithm>

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

FieldChanges::Change* FieldChanges::find(std::string_view name) noexcept {
  for (std::size_t next = heads_[bucket_of(name)]; next != 0; next = changes_[next - 1].next) {
    Change& change = changes_[next - 1];
    if (detail::equals_ignoring_case(name, change.name)) return &change;
  }
  return nullptr;
}

FieldChanges::Change* FieldChanges::find_of_field(std::string_view name) noexcept {
  Change* similar = nullptr;
  for (std::size_t next = heads_[bucket_of(name)]; next != 0; next = changes_[next - 1].next) {
    Change& change = changes_[next - 1];
    if (detail::equals_ignoring_case(name, change.name)) return &change;
    if (same_variable(name, change.name)) similar = &change;
  }
  return similar;
}

FieldChanges::Change* FieldChanges::find_or_add(std::string_view name) noexcept {
  if (Change* const found = find(name)) return found;
  const bool has_room = size_ < capacity_ || (size_ < max_changes && grow());
  char* const lowercase = has_room ? copy(name) : nullptr;
  if (lowercase == nullptr) {
    failed_ = true;
    return nullptr;
  }
  std::transform(lowercase, lowercase + name.size(), lowercase, detail::to_lower);
  std::uint16_t& head = heads_[bucket_of(name)];
  changes_[size_] = {{lowercase, name.size()}, {}, false, false, head};
  head = static_cast<std::uint16_t>(size_ + 1);
  return &changes_[size_++];
}

bool FieldChanges::grow() noexcept {
  void* const memory = memory_(2 * capacity_ * sizeof(Change));
  if (memory == nullptr) return false;
  auto* const larger = static_cast<Change*>(memory);
  std::uninitialized_copy_n(changes_, size_, larger);
  changes_ = larger;
  capacity_ *= 2;
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
  if (!http::is_field_name(name)) return;
  Change* const change = find_or_add(name);
  if (change == nullptr) return;
  change->is_set = http::is_field_value(value);
  if (!change->is_set) return;
  const char* const copied = copy(value);
  failed_ = failed_ || copied == nullptr;
  change->value = {copied, copied != nullptr ? value.size() : 0};
}

void FieldChanges::erase(std::string_view name) noexcept {
  if (Change* const change = find_or_add(name)) change->is_set = false;
}

bool FieldChanges::differ_from(const FieldParts& old) noexcept {
  kept_ = 0;
  bool differ = false;
  old.for_each([&](const ngx_table_elt_t& field) {
    Change* const change = find_of_field(view(field.key));
    if (change == nullptr) {
      ++kept_;
    } else if (change->is_set && !change->is_there && view(field.value) == change->value &&
               detail::equals_ignoring_case(view(field.key), change->name)) {
      change->is_there = true;
    } else {
      differ = true;
    }
    return true;
  });
  return differ || std::any_of(changes_, changes_ + size_, [](const Change& change) {
           return change.is_set && !change.is_there;
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
  for (const Change* change = changes_; change != changes_ + size_; ++change) {
    if (!change->is_set) continue;
    const ngx_str_t name = text_of(change->name);
    *end++ = {hash_of(change->name), name, text_of(change->value), name.data};
  }
  changed = {fields, static_cast<ngx_uint_t>(end - fields), nullptr};
  return true;
}

}  // namespace baton::nginx
