// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "baton/carriers/http_field.hpp"
#include "baton/carriers/http_fields.hpp"
#include "baton/chain.hpp"
#include "baton/detail/ascii.hpp"
#include "baton/detail/memory_source.hpp"
#include "nginx/nginx.hpp"

/// The fields of a request, as nginx holds them: a list of arrays.
namespace baton::nginx {

/// Memory of a request: what is taken is freed with the request.
struct Memory {
  detail::MemorySource::Take take;
  void* owner;

  [[nodiscard]] void* operator()(std::size_t size) const noexcept { return take(owner, size); }
};

struct FieldParts;

/// A list that this module made: an array with fields of an older list, and behind them those that
/// were set.
struct MadeList {
  ngx_list_part_t part{};  ///< as it was made; other modules may change it in place
  ngx_uint_t capacity = 0;
  std::span<const ngx_table_elt_t> set{};  ///< copies of what was set
  std::span<const ngx_table_elt_t>
      taken{};  ///< fields of the older list that were replaced or erased

  /// Whether a list is this one, perhaps with changes by other modules.
  [[nodiscard]] bool is(const ngx_list_part_t& list) const noexcept {
    const auto* const begin = static_cast<const ngx_table_elt_t*>(part.elts);
    return is_within(static_cast<const ngx_table_elt_t*>(list.elts), begin, capacity);
  }

  /// Whether an element of the array still is one that was set.
  [[nodiscard]] bool has_set(const ngx_table_elt_t& field) const noexcept;
  /// Whether a list has all that was set, and none of it was changed.
  [[nodiscard]] bool is_whole(const ngx_list_part_t& list) const noexcept;
  /// The same, and other modules have not added or removed a field either. False for an empty list:
  /// nginx would write the field that one request adds where another one has its own.
  [[nodiscard]] bool is_unchanged(const ngx_list_part_t& list) const noexcept {
    return part.nelts != 0 && list.nelts == part.nelts && list.next == nullptr && is_whole(list);
  }
  /// Whether the list was made of just these fields, and is as it was made. False for an empty one.
  [[nodiscard]] bool is_made_of(const FieldParts& old) const noexcept;
  /// Whether a taken field belongs to a list if nothing is set: unless others removed or changed
  /// what was set in its place.
  [[nodiscard]] bool gives_back(const ngx_table_elt_t& field,
                                const ngx_list_part_t& list) const noexcept;

 private:
  static bool is_within(const ngx_table_elt_t* field, const ngx_table_elt_t* begin,
                        std::size_t size) noexcept {
    return !std::less<>()(field, begin) && std::less<>()(field, begin + size);
  }
  [[nodiscard]] const ngx_table_elt_t* first_set() const noexcept {
    return static_cast<const ngx_table_elt_t*>(part.elts) + part.nelts - set.size();
  }
};

/// A chain of arrays, which may be empty. If it is that of a made list: without what was set, and
/// with what was taken, so that what other modules have changed since remains.
struct FieldParts {
  const ngx_list_part_t* list = nullptr;
  const MadeList* made = nullptr;

  /// Visits each field until `visit` returns false.
  template <class Visitor>
  void for_each(Visitor&& visit) const {
    for (const ngx_list_part_t* part = list; part != nullptr; part = part->next) {
      const auto* const fields = static_cast<const ngx_table_elt_t*>(part->elts);
      for (ngx_uint_t i = 0; i < part->nelts; ++i) {
        if (made != nullptr && made->has_set(fields[i])) continue;
        if (!visit(fields[i])) return;
      }
    }
    if (made == nullptr || list == nullptr) return;
    const bool is_whole = made->is_whole(*list);
    for (const ngx_table_elt_t& field : made->taken) {
      if (!is_whole && !made->gives_back(field, *list)) continue;
      if (!visit(field)) return;
    }
  }
};

/// A carrier to read from: names in any case, and repeated fields in order.
class FieldReader : public http::FieldsReader<FieldReader> {
 public:
  explicit FieldReader(FieldParts parts) noexcept : parts_(parts) {}

  template <class Visitor>
  void fields(Visitor&& visit) const {
    parts_.for_each(
        [&](const ngx_table_elt_t& field) { return visit(view(field.key), view(field.value)); });
  }

 private:
  FieldParts parts_;
};

/// What becomes of the fields of one name.
struct FieldChange {
  enum class State : std::uint8_t { erased, set };

  std::string_view name;  // in lowercase, and terminated by zero
  std::string_view value{};
  ngx_uint_t hash;     // as nginx hashes the name
  std::uint16_t next;  // of those with the same bucket: its number plus one, or zero
  State state = State::erased;
  bool is_there = false;                 // the first old field is just this one
  const ngx_table_elt_t* old = nullptr;  // the first old field of the name
};

/// The names that belong to a chain, found once for all requests. A field with one of them is
/// erased if the chain does not set it.
class FieldNames {
 public:
  FieldNames() = default;
  /// The texts must live as long as the requests, in lowercase. No name may be there twice; each
  /// ends with zero.
  explicit FieldNames(std::span<const std::string_view> names,
                      std::span<const std::string_view> prefixes = {});
  /// Those that the chain owns. It must live as long.
  explicit FieldNames(const PropagatorChain& chain);

 private:
  friend class FieldChanges;
  static constexpr std::size_t buckets = 64;

  /// Of the size and three letters: most other fields are in a bucket without names.
  static std::size_t bucket_of(std::string_view name) noexcept {
    if (name.empty()) return 0;
    const auto letter = [name](std::size_t i) -> std::size_t {
      return name[i] == '_' ? '-' : static_cast<unsigned char>(name[i] | 0x20);
    };
    return (name.size() * 5 + letter(0) + letter(name.size() / 2) * 11 +
            letter(name.size() - 1) * 7) %
           buckets;
  }

  void add(std::string_view name);

  std::vector<FieldChange> changes_;  // all erased
  std::vector<std::string_view> prefixes_;
  std::array<std::uint16_t, buckets> heads_{};
};

/// A carrier to write to: notes what becomes of each name, and then makes a new list. The elements
/// of the old one remain as they are: nginx and other modules have pointers to them. It must not
/// change meanwhile.
class FieldChanges {
 public:
  FieldChanges(const FieldNames& names, FieldParts old, Memory memory) noexcept;
  FieldChanges(const FieldChanges&) = delete;
  FieldChanges& operator=(const FieldChanges&) = delete;

  /// A field that could break a header is not written, as in http::HeaderCarrier.
  void set(std::string_view name, std::string_view value) noexcept;
  void erase(std::string_view name) noexcept;

  /// Whether the old list has other fields than the changes want.
  [[nodiscard]] bool differ() noexcept;

  /// Makes a list of the old fields that do not change, and those that were set. After `differ`.
  /// False: no memory, now or before.
  [[nodiscard]] bool apply(MadeList& made);

  /// Whether memory was short when something changed.
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  // The change of a name, or of a field that a client sent; null if there is none.
  FieldChange* find(std::string_view name) noexcept;
  FieldChange* find_of_field(std::string_view name) noexcept;
  FieldChange* find_or_add(std::string_view name) noexcept;
  [[nodiscard]] bool grow() noexcept;
  char* copy(std::string_view text) noexcept;
  /// Finds the change of each old field.
  void find_old() noexcept;

  static constexpr std::size_t few = 24;
  static constexpr std::size_t max_changes = 0xfffe;

  Memory memory_;
  const FieldParts old_;
  FieldChange* changes_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = few;
  std::size_t expected_ = 0;  // the change that is probably asked for next
  std::size_t kept_ = 0;      // fields of the old list that do not change
  std::size_t taken_ = 0;     // those that do
  std::span<const std::string_view> prefixes_;
  FieldChange family_{
      .name = {}, .hash = 0, .next = 0};  // of a field with a prefix that was not set
  std::array<std::uint16_t, FieldNames::buckets> heads_;
  bool has_added_ = false;  // names that were not known when old fields were found
  bool failed_ = false;
  alignas(FieldChange) std::array<std::byte, few * sizeof(FieldChange)> first_changes_;
};

}  // namespace baton::nginx
