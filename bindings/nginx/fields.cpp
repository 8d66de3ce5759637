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

/// Most names are in lowercase.
bool is_name(std::string_view field, std::string_view lowercase) noexcept {
  return field == lowercase || detail::equals_ignoring_case(field, lowercase);
}

/// Whether the first old field of the name is just this one.
bool is_same(const FieldChange& change, std::string_view value) noexcept {
  return change.old != nullptr && view(change.old->value) == value &&
         is_name(view(change.old->key), change.name);
}

bool begins_variable(std::string_view field, std::string_view prefix) noexcept {
  return field.size() >= prefix.size() && same_variable(field.substr(0, prefix.size()), prefix);
}

bool is_copy(const ngx_table_elt_t& a, const ngx_table_elt_t& b) noexcept {
  return a.key.data == b.key.data && a.key.len == b.key.len && a.value.data == b.value.data &&
         a.value.len == b.value.len && a.hash == b.hash;
}

/// As nginx hashes the names of fields.
ngx_uint_t hash_of(std::string_view lowercase) noexcept {
  ngx_uint_t hash = 0;
  for (const char c : lowercase) hash = ngx_hash(hash, static_cast<unsigned char>(c));
  return hash;
}

}  // namespace

bool MadeList::has_set(const ngx_table_elt_t& field) const noexcept {
  const ngx_table_elt_t* const first = first_set();
  if (!is_within(&field, first, set.size())) return false;
  const ngx_str_t& value = set[static_cast<std::size_t>(&field - first)].value;
  return field.value.data == value.data && field.value.len == value.len;
}

bool MadeList::is_whole(const ngx_list_part_t& list) const noexcept {
  if (list.elts != part.elts || list.nelts < part.nelts) return false;
  const std::span now(first_set(), set.size());
  return std::ranges::all_of(now, [this](const auto& field) { return has_set(field); });
}

bool MadeList::is_made_of(const FieldParts& old) const noexcept {
  if (part.nelts == 0 || !is_whole(part)) return false;
  std::span kept(static_cast<const ngx_table_elt_t*>(part.elts), part.nelts - set.size());
  std::span replaced = taken;
  bool is_same = true;
  old.for_each([&](const ngx_table_elt_t& field) {
    is_same = false;
    for (auto* const rest : {&kept, &replaced}) {
      if (rest->empty() || !is_copy(rest->front(), field)) continue;
      *rest = rest->subspan(1);
      is_same = true;
      break;
    }
    return is_same;
  });
  return is_same && kept.empty() && replaced.empty();
}

bool MadeList::gives_back(const ngx_table_elt_t& field,
                          const ngx_list_part_t& list) const noexcept {
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (!same_variable(view(field.key), view(set[i].key))) continue;
    const ngx_table_elt_t* const ours = first_set() + i;
    for (const ngx_list_part_t* each = &list; each != nullptr; each = each->next) {
      const auto* const begin = static_cast<const ngx_table_elt_t*>(each->elts);
      if (is_within(ours, begin, each->nelts)) return has_set(*ours);
    }
    return false;
  }
  return true;
}

FieldNames::FieldNames(std::span<const std::string_view> names,
                       std::span<const std::string_view> prefixes)
    : prefixes_(prefixes.begin(), prefixes.end()) {
  for (const std::string_view name : names) add(name);
}

FieldNames::FieldNames(const PropagatorChain& chain)
    : FieldNames(chain.fields(), chain.prefixes()) {}

void FieldNames::add(std::string_view name) {
  std::uint16_t& head = heads_[bucket_of(name)];
  changes_.push_back({.name = name, .hash = hash_of(name), .next = head});
  head = static_cast<std::uint16_t>(changes_.size());
}

FieldChanges::FieldChanges(const FieldNames& names, FieldParts old, Memory memory) noexcept
    : memory_(memory), old_(old), prefixes_(names.prefixes_), heads_(names.heads_) {
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
  find_old();
}

void FieldChanges::find_old() noexcept {
  kept_ = taken_ = 0;
  old_.for_each([this](const ngx_table_elt_t& field) {
    FieldChange* const change = find_of_field(view(field.key));
    if (change == nullptr) {
      ++kept_;
      return true;
    }
    ++taken_;
    if (change->old == nullptr) change->old = &field;
    return true;
  });
}

FieldChange* FieldChanges::find(std::string_view name) noexcept {
  const auto is_text_of = [name](const FieldChange& change) {
    return name.data() == change.name.data() && name.size() == change.name.size();
  };
  // A chain writes its fields in the order in which it has them, and by the same texts.
  if (expected_ >= size_) expected_ = 0;
  if (expected_ < size_ && is_text_of(changes_[expected_])) return &changes_[expected_++];
  for (std::size_t next = heads_[FieldNames::bucket_of(name)]; next != 0;
       next = changes_[next - 1].next) {
    FieldChange& change = changes_[next - 1];
    if (!is_text_of(change) && !is_name(name, change.name)) continue;
    expected_ = next;
    return &change;
  }
  return nullptr;
}

FieldChange* FieldChanges::find_of_field(std::string_view name) noexcept {
  std::size_t next = heads_[FieldNames::bucket_of(name)];
  const bool may_be_similar = next != 0 && name.find('_') != std::string_view::npos;
  FieldChange* similar = nullptr;
  for (; next != 0; next = changes_[next - 1].next) {
    FieldChange& change = changes_[next - 1];
    if (is_name(name, change.name)) return &change;
    if (may_be_similar && same_variable(name, change.name)) similar = &change;
  }
  if (similar != nullptr) return similar;
  const auto begins = [name](std::string_view prefix) { return begins_variable(name, prefix); };
  return std::ranges::any_of(prefixes_, begins) ? &family_ : nullptr;
}

FieldChange* FieldChanges::find_or_add(std::string_view name) noexcept {
  if (FieldChange* const found = find(name)) return found;
  if (!http::is_field_name(name)) return nullptr;
  const bool has_room = size_ < max_changes && (size_ < capacity_ || grow());
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
  has_added_ = true;
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
  change->state = FieldChange::State::set;
  change->is_there = is_same(*change, value);
  if (change->is_there) {
    change->value = view(change->old->value);
  } else if (http::is_field_value(value)) {
    const char* const copied = copy(value);
    failed_ = failed_ || copied == nullptr;
    change->value = {copied, copied != nullptr ? value.size() : 0};
  } else {
    change->state = FieldChange::State::erased;
  }
}

void FieldChanges::erase(std::string_view name) noexcept {
  if (FieldChange* const change = find_or_add(name)) change->state = FieldChange::State::erased;
}

bool FieldChanges::differ() noexcept {
  const std::span<FieldChange> changes(changes_, size_);
  if (has_added_) {
    for (FieldChange& change : changes) change.old = nullptr;
    find_old();
    for (FieldChange& change : changes) change.is_there = is_same(change, change.value);
    has_added_ = false;
  }
  std::size_t there = 0;
  for (const FieldChange& change : changes) {
    if (change.state != FieldChange::State::set) continue;
    if (!change.is_there) return true;
    ++there;
  }
  return there != taken_;
}

bool FieldChanges::apply(MadeList& made) {
  if (failed_) return false;
  const std::size_t capacity = kept_ + size_ + 1;  // an empty list must have room for a field
  auto* const fields =
      static_cast<ngx_table_elt_t*>(memory_((capacity + taken_ + size_) * sizeof(ngx_table_elt_t)));
  if (fields == nullptr) return false;
  ngx_table_elt_t* end = fields;
  ngx_table_elt_t* taken = fields + capacity;
  old_.for_each([&](const ngx_table_elt_t& field) {
    ngx_table_elt_t*& place = find_of_field(view(field.key)) == nullptr ? end : taken;
    *place++ = field;
    return true;
  });
  const ngx_table_elt_t* const set = end;
  for (const FieldChange* change = changes_; change != changes_ + size_; ++change) {
    if (change->state != FieldChange::State::set) continue;
    const ngx_str_t name = text_of(change->name);
    *end++ = {change->hash, name, text_of(change->value), name.data};
  }
  made = {.part = {fields, static_cast<ngx_uint_t>(end - fields), nullptr},
          .capacity = capacity,
          .set = {taken, std::copy(set, static_cast<const ngx_table_elt_t*>(end), taken)},
          .taken = {fields + capacity, taken}};
  return true;
}

}  // namespace baton::nginx
