// SPDX-License-Identifier: Apache-2.0
#pragma once

// The first one: it chooses the features of the system's headers.
#include "nginx/fields.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "baton/carriers/http.hpp"
#include "laws/chain_laws.hpp"
#include "laws/require.hpp"

namespace laws {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A list of fields as nginx holds it, in arrays of the given size, and a pool that may run out.
class NginxList {
 public:
  NginxList(const Pairs& fields, std::size_t part_size)
      : fields_(fields), elements_(fields.size()) {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      lowercase_.push_back(oracle::ascii_lower(fields_[i].first));
    }
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      elements_[i] = {1, baton::nginx::text_of(fields_[i].first),
                      baton::nginx::text_of(fields_[i].second),
                      baton::nginx::text_of(lowercase_[i]).data};
    }
    const std::size_t parts = 1 + fields_.size() / part_size;
    parts_.resize(parts);
    for (std::size_t i = 0; i < parts; ++i) {
      const std::size_t begin = i * part_size;
      parts_[i] = {elements_.data() + begin, std::min(part_size, fields_.size() - begin),
                   i + 1 < parts ? &parts_[i + 1] : nullptr};
    }
    before_ = elements_;
  }

  [[nodiscard]] baton::nginx::FieldParts parts() const { return {parts_.data(), nullptr}; }

  /// nginx has pointers into the list.
  [[nodiscard]] bool is_unchanged() const {
    return std::ranges::equal(elements_, before_, [](const auto& a, const auto& b) {
      return a.hash == b.hash && a.key.data == b.key.data && a.key.len == b.key.len &&
             a.value.data == b.value.data && a.value.len == b.value.len &&
             a.lowcase_key == b.lowcase_key;
    });
  }

 private:
  Pairs fields_;
  std::vector<std::string> lowercase_;
  std::vector<ngx_table_elt_t> elements_;
  std::vector<ngx_table_elt_t> before_;
  std::vector<ngx_list_part_t> parts_;
};

/// Memory in blocks of exactly the size that is asked for, so that a sanitizer sees its ends.
class FinitePool {
 public:
  explicit FinitePool(std::size_t limit) : limit_(limit) {}

  static void* take(void* self, std::size_t size) noexcept {
    auto& pool = *static_cast<FinitePool*>(self);
    if (pool.limit_ == 0) return nullptr;
    --pool.limit_;
    pool.blocks_.push_back(std::make_unique<char[]>(size));
    return pool.blocks_.back().get();
  }

 private:
  std::size_t limit_;
  std::vector<std::unique_ptr<char[]>> blocks_;
};

inline Pairs pairs_of(const ngx_list_part_t& part) {
  Pairs pairs;
  const auto* const fields = static_cast<const ngx_table_elt_t*>(part.elts);
  for (std::size_t i = 0; i < part.nelts; ++i) {
    pairs.emplace_back(baton::nginx::view(fields[i].key), baton::nginx::view(fields[i].value));
  }
  return pairs;
}

/// What nginx and its modules presume of a field that we have added.
inline void require_well_formed(const ngx_table_elt_t& field) {
  const std::string name(baton::nginx::view(field.key));
  ngx_uint_t hash = 0;
  for (const char c : name) hash = ngx_hash(hash, static_cast<unsigned char>(c));
  require(field.hash == hash, "the hash is that of the name");
  require(oracle::ascii_lower(name) == name, "the name is in lowercase");
  require(std::string(reinterpret_cast<const char*>(field.lowcase_key), name.size()) == name,
          "the name in lowercase is there");
  require(field.value.data[field.value.len] == 0, "the value ends with zero");
}

/// Where nothing is set, all that was replaced is there again.
inline void check_given_back(const baton::nginx::MadeList& made, Pairs fields, std::size_t memory) {
  if (memory < 1'000) return;
  FinitePool pool(memory);
  const baton::nginx::FieldNames none;
  const baton::nginx::FieldParts old{&made.part, &made};
  baton::nginx::FieldChanges changes(none, old, {&FinitePool::take, &pool});
  baton::nginx::MadeList restored;
  require(!changes.differ() && changes.apply(restored), "nothing is to be changed");
  Pairs got = pairs_of(restored.part);
  std::ranges::sort(got);
  std::ranges::sort(fields);
  require(got == fields, "the client's fields are back");
}

/// Through nginx's list, a chain reads and writes what it does through a vector of pairs.
inline void check_nginx_fields(const Pairs& fields, std::size_t part_size,
                               const baton::PropagatorChain& chain, std::size_t memory) {
  using baton::nginx::FieldChanges;
  const NginxList list(fields, part_size);
  const baton::Context context = chain.extract(baton::nginx::FieldReader(list.parts()));
  require(context == chain.extract(baton::http::HeaderCarrier(fields)), "the same is read");

  // A proxy leaves out what the chain owns, with `_` for `-` as well, before it injects.
  const auto is_ours = [&chain](std::string name) {
    std::ranges::replace(name, '_', '-');
    return chain.owns(name);
  };
  Pairs expected;
  for (const auto& field : fields) {
    if (!is_ours(field.first)) expected.push_back(field);
  }
  chain.inject(context, baton::http::HeaderCarrier(expected));

  FinitePool pool(memory);
  const baton::nginx::FieldNames names(chain);
  FieldChanges changes(names, list.parts(), {&FinitePool::take, &pool});
  chain.inject(context, changes);
  baton::nginx::MadeList made;
  if (changes.differ()) {
    if (!changes.apply(made)) {
      require(memory < 1'000, "there is memory");
      require(list.is_unchanged(), "what nginx has remains");
      return;
    }
    const ngx_list_part_t& changed = made.part;
    require(changed.nelts < made.capacity && changed.next == nullptr, "there is room for more");
    require(made.is_unchanged(changed) == (changed.nelts != 0),
            "the list is the one that was made, and not shared if it is empty");
    Pairs got = pairs_of(changed);
    const auto* const added = static_cast<const ngx_table_elt_t*>(changed.elts);
    for (std::size_t i = 0; i < got.size(); ++i) {
      if (is_ours(got[i].first)) require_well_formed(added[i]);
    }
    const auto lower = [](Pairs& pairs) {
      for (auto& [name, value] : pairs) name = oracle::ascii_lower(name);
      std::ranges::sort(pairs);
    };
    lower(got);
    lower(expected);
    require(got == expected, "the same is written");
    check_given_back(made, fields, memory);
  } else if (!changes.failed()) {
    Pairs unchanged = fields;
    for (auto& [name, value] : unchanged) name = oracle::ascii_lower(name);
    for (auto& [name, value] : expected) name = oracle::ascii_lower(name);
    std::ranges::sort(unchanged);
    std::ranges::sort(expected);
    require(unchanged == expected, "nothing changes");
  }
  require(list.is_unchanged(), "what nginx has remains");
}

}  // namespace laws
