// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/detail/is_string.hpp"
#include "baton/detail/known_fields.hpp"
#include "baton/function_ref.hpp"

namespace baton {

class PropagatorChain;
namespace detail {
class FamilyValues;
class FoundFields;
}  // namespace detail

/// Called for each value or key; returns false to stop.
using TextVisitor = FunctionRef<bool(std::string_view)>;

/// Called for each field, with its name and value; returns false to stop.
using FieldVisitor = FunctionRef<bool(std::string_view, std::string_view)>;

/// The first value of a name, if it has one. Two words, which fit into registers.
class FirstValue {
 public:
  constexpr FirstValue() noexcept = default;
  constexpr explicit FirstValue(std::string_view text, bool has_more = false) noexcept
      : data_(text.data() != nullptr ? text.data() : ""),
        size_(has_more ? text.size() | more_bit : text.size()) {}

  [[nodiscard]] constexpr bool has_value() const noexcept { return data_ != nullptr; }
  /// Whether the name has other values, too.
  [[nodiscard]] constexpr bool has_more() const noexcept { return (size_ & more_bit) != 0; }
  [[nodiscard]] constexpr std::string_view text() const noexcept {
    return {data_, size_ & ~more_bit};
  }

 private:
  static constexpr std::size_t more_bit = ~(~std::size_t{0} >> 1U);

  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// A carrier to read fields from: the *Getter* of OpenTelemetry.
///
/// `get` returns the first value of a name (the last if the carrier says `last_field_counts`).
/// `get_all` visits every value in order, since a field may be repeated. `keys` visits every name,
/// so that a chain need not look up absent fields; names differ from those on the wire at most in
/// case, and in `_` for `-`. The carrier decides how names compare. Views are valid until the
/// carrier is changed or destroyed.
///
/// A carrier whose lookups pass over all fields should also have `fields`, which visits every
/// field with its value, in order. A chain then passes over them once, rather than once for each
/// name, and again for a family of many fields. Names must compare exactly or, with
/// `names_without_case`, without regard to the case of ASCII letters. A carrier that derives from
/// one with `fields`, and shows less, must hide that as well.
///
///     template <class Visitor>
///     void fields(Visitor&& visit) const {
///       for (const auto& [name, value] : headers_) {
///         if (!visit(name, value)) return;
///       }
///     }
template <class Carrier>
concept ReadableCarrier =
    requires(const Carrier& carrier, std::string_view name, TextVisitor visit) {
      // No type that owns its text: a view of it would dangle.
      { carrier.get(name) } -> std::same_as<std::optional<std::string_view>>;
      carrier.get_all(name, visit);
      carrier.keys(visit);
    };

/// A carrier to write fields to: the *Setter* of OpenTelemetry.
///
/// `set` replaces all values of the name; `erase` removes them.
template <class Carrier>
concept WritableCarrier =
    requires(Carrier& carrier, std::string_view name, std::string_view value) {
      carrier.set(name, value);
      carrier.erase(name);
    };

// Traits of a carrier. A carrier sets one with a member of that name: `static constexpr bool
// has_binary_fields = true`.

/// Whether fields whose names end in "-bin" hold raw bytes, as gRPC's metadata do. Other carriers
/// hold text.
template <class Carrier>
inline constexpr bool has_binary_fields = requires { requires Carrier::has_binary_fields; };

/// Whether the last of several fields with one name counts, as in the headers of messages, and not
/// the first.
template <class Carrier>
inline constexpr bool last_field_counts = requires { requires Carrier::last_field_counts; };

/// Whether names that differ only in case are the same, as in HTTP.
template <class Carrier>
inline constexpr bool names_without_case = requires { requires Carrier::names_without_case; };

/// Whether a name that is spelled exactly as asked hides those that differ from it in case, as in
/// the headers of messages. For carriers with `names_without_case`.
template <class Carrier>
inline constexpr bool prefers_exact_names = requires { requires Carrier::prefers_exact_names; };

inline constexpr std::size_t any_number = std::numeric_limits<std::size_t>::max();

/// Up to how many fields a pass over all of them costs less than the lookups of a chain:
/// `any_number`, except for carriers with an index, such as large maps. Those also have `size`.
template <class Carrier>
inline constexpr std::size_t few_fields = any_number;
template <class Carrier>
  requires requires { Carrier::few_fields; }
inline constexpr std::size_t few_fields<Carrier> = Carrier::few_fields;

template <class Carrier>
inline constexpr bool has_index = few_fields<Carrier> != any_number;

/// A view of any ReadableCarrier, of two words. The carrier must outlive it.
class CarrierReader {
 public:
  template <ReadableCarrier Carrier>
    requires(!std::same_as<Carrier, CarrierReader>)
  CarrierReader(const Carrier& carrier) noexcept
      : carrier_(&carrier), table_(&table<Carrier, Carrier>) {}

  /// The first value of that name, or the last one if `last_field_counts`.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    return table_->get(carrier_, name);
  }

  /// The first value of that name, even if `last_field_counts`, and whether it has more.
  [[nodiscard]] FirstValue first(std::string_view name) const;

  /// Visits every value of that name, in order, until `visit` returns false.
  void get_all(std::string_view name, TextVisitor visit) const {
    table_->get_all(carrier_, name, visit);
  }

  /// Visits every name, in no particular order, until `visit` returns false. A name with several
  /// values may be visited once or several times.
  void keys(TextVisitor visit) const { table_->keys(carrier_, visit); }

  [[nodiscard]] bool has_binary_fields() const noexcept { return table_->has_binary_fields; }
  [[nodiscard]] bool last_field_counts() const noexcept { return table_->last_field_counts; }

 private:
  friend class detail::FamilyValues;
  friend class detail::FoundFields;
  friend class PropagatorChain;

  /// A view of fields that were found in `replaced`, in the place of that.
  CarrierReader(const detail::FoundFields& found, CarrierReader replaced) noexcept;

  /// Whether the carrier has `fields`, and whether it has an index.
  [[nodiscard]] bool has_fields() const noexcept { return table_->fields != nullptr; }
  [[nodiscard]] bool has_index() const noexcept { return table_->has_index; }

  /// Visits every field of a carrier with `fields`. False: it has an index, and many fields.
  [[nodiscard]] bool fields(detail::FoundFields& visit) const {
    return table_->fields(carrier_, visit);
  }

  /// The same, of any size. Visits nothing if the carrier has no `fields`.
  void visit_fields(FieldVisitor visit) const {
    if (table_->visit_fields != nullptr) table_->visit_fields(carrier_, visit);
  }

  /// How the carrier compares names, if it has `fields`.
  [[nodiscard]] detail::NameComparison comparison() const noexcept { return table_->comparison; }

  /// The carrier itself, if this is a view of what was found in it.
  [[nodiscard]] CarrierReader source() const noexcept;

  struct Table {
    std::optional<std::string_view> (*get)(const void*, std::string_view);
    FirstValue (*first)(const void*, std::string_view);
    void (*get_all)(const void*, std::string_view, TextVisitor);
    void (*keys)(const void*, TextVisitor);
    bool (*fields)(const void*, detail::FoundFields&);
    void (*visit_fields)(const void*, FieldVisitor);
    detail::NameComparison comparison;
    bool is_found;  // the carrier is FoundFields
    bool has_index;
    bool has_binary_fields;
    bool last_field_counts;
  };

  template <class Carrier>
  static FirstValue first_of(const Carrier& carrier, std::string_view name) {
    FirstValue found;
    carrier.get_all(name, [&found](std::string_view value) {
      found = found.has_value() ? FirstValue(found.text(), true) : FirstValue(value);
      return !found.has_more();
    });
    return found;
  }

  template <class Carrier>
  static constexpr auto fields_of() -> bool (*)(const void*, detail::FoundFields&);

  template <class Carrier>
  static constexpr auto visit_fields_of() -> void (*)(const void*, FieldVisitor) {
    if constexpr (requires(const Carrier& carrier, FieldVisitor visit) { carrier.fields(visit); }) {
      return [](const void* carrier, FieldVisitor visit) {
        static_cast<const Carrier*>(carrier)->fields(visit);
      };
    } else {
      return nullptr;
    }
  }

  template <class Carrier>
  static constexpr detail::NameComparison comparison_of() {
    if (!names_without_case<Carrier>) return detail::NameComparison::exact;
    return prefers_exact_names<Carrier> ? detail::NameComparison::exact_first
                                        : detail::NameComparison::any_case;
  }

  template <bool binary, bool last>
  struct Traits {
    static constexpr bool has_binary_fields = binary;
    static constexpr bool last_field_counts = last;
  };

  template <class Carrier, class Traits>
  static constexpr Table table{
      [](const void* carrier, std::string_view name) -> std::optional<std::string_view> {
        return static_cast<const Carrier*>(carrier)->get(name);
      },
      [](const void* carrier, std::string_view name) {
        return first_of(*static_cast<const Carrier*>(carrier), name);
      },
      [](const void* carrier, std::string_view name, TextVisitor visit) {
        static_cast<const Carrier*>(carrier)->get_all(name, visit);
      },
      [](const void* carrier, TextVisitor visit) {
        static_cast<const Carrier*>(carrier)->keys(visit);
      },
      fields_of<Carrier>(),
      visit_fields_of<Carrier>(),
      comparison_of<Carrier>(),
      std::same_as<Carrier, detail::FoundFields>,
      baton::has_index<Carrier>,
      baton::has_binary_fields<Traits>,
      baton::last_field_counts<Traits>};

  const void* carrier_;
  const Table* table_;
};

/// A view of any WritableCarrier, of two words. The carrier must outlive it.
class CarrierWriter {
 public:
  template <class Carrier>
    requires(!std::same_as<std::remove_cvref_t<Carrier>, CarrierWriter> &&
             WritableCarrier<std::remove_reference_t<Carrier>>)
  CarrierWriter(Carrier&& carrier) noexcept
      : carrier_(const_cast<void*>(static_cast<const void*>(std::addressof(carrier)))),
        table_(&table<std::remove_reference_t<Carrier>>) {}

  /// Sets the only value of that name. The carrier copies both.
  void set(std::string_view name, std::string_view value) const {
    table_->set(carrier_, name, value);
  }

  /// Removes every value of that name.
  void erase(std::string_view name) const { table_->erase(carrier_, name); }

  [[nodiscard]] bool has_binary_fields() const noexcept { return table_->has_binary_fields; }

 private:
  struct Table {
    void (*set)(void*, std::string_view, std::string_view);
    void (*erase)(void*, std::string_view);
    bool has_binary_fields;
  };

  template <class Carrier>
  static constexpr Table table{
      [](void* carrier, std::string_view name, std::string_view value) {
        static_cast<Carrier*>(carrier)->set(name, value);
      },
      [](void* carrier, std::string_view name) { static_cast<Carrier*>(carrier)->erase(name); },
      baton::has_binary_fields<Carrier>};

  void* carrier_;
  const Table* table_;
};

/// A carrier over a map from text to text with one value per name, such as `std::map` or
/// `std::unordered_map`. The map must outlive it.
///
/// The map compares the names: `std::map<std::string, std::string>` does not find `Traceparent` as
/// `traceparent`. So use it for messages with exact names. HTTP has names in any case, and several
/// values of a name: see `baton/carriers/http.hpp`.
///
///     std::map<std::string, std::string, std::less<>> fields;
///     baton::global_chain().inject(context, baton::MapCarrier(fields));
template <class Map>
  requires requires(std::remove_const_t<Map>& map, typename Map::key_type key) {
    map[std::move(key)];
  }
class MapCarrier {
  using Key = typename Map::key_type;

  template <class Comparison>
  static constexpr bool is_of_bytes =
      std::is_same_v<Comparison, std::less<Key>> || std::is_same_v<Comparison, std::less<>> ||
      std::is_same_v<Comparison, std::equal_to<Key>> || std::is_same_v<Comparison, std::equal_to<>>;

  static constexpr bool is_ordered_by_bytes =
      requires { requires is_of_bytes<typename Map::key_compare>; };
  static constexpr bool is_hashed_by_bytes =
      requires { requires is_of_bytes<typename Map::key_equal>; };

  /// Whether the map is known to compare names exactly.
  static constexpr bool compares_exactly =
      detail::is_string<Key> && (is_ordered_by_bytes || is_hashed_by_bytes);

 public:
  static constexpr std::size_t few_fields = 8;

  /// Whether it is writable: a map of views would keep dangling views.
  static constexpr bool owns_text = !std::is_const_v<Map> &&
                                    !std::is_same_v<typename Map::key_type, std::string_view> &&
                                    !std::is_same_v<typename Map::mapped_type, std::string_view>;

  explicit MapCarrier(Map& map) noexcept : map_(&map) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const auto found = find(name);
    if (found == map_->end()) return std::nullopt;
    return std::string_view(found->second);
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    const auto found = find(name);
    if (found != map_->end()) visit(std::string_view(found->second));
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const auto& entry : *map_) {
      if (!visit(std::string_view(entry.first))) return;
    }
  }

  template <class Visitor>
  void fields(Visitor&& visit) const
    requires(compares_exactly)
  {
    for (const auto& [name, value] : *map_) {
      if (!visit(std::string_view(name), std::string_view(value))) return;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept
    requires(compares_exactly)
  {
    return map_->size();
  }

  void set(std::string_view name, std::string_view value) const
    requires(owns_text)
  {
    using Value = typename Map::mapped_type;
    if constexpr (requires { map_->key_comp()(map_->lower_bound(name)->first, name); }) {
      const auto place = map_->lower_bound(name);  // one search, also for a new name
      if (place != map_->end() && !map_->key_comp()(name, place->first)) {
        place->second = value;
      } else {
        map_->emplace_hint(place, Key(name), Value(value));
      }
    } else if (const auto found = find(name); found != map_->end()) {
      found->second = value;
    } else {
      map_->emplace(Key(name), Value(value));
    }
  }

  void erase(std::string_view name) const
    requires(owns_text)
  {
    const auto found = find(name);
    if (found != map_->end()) map_->erase(found);
  }

 private:
  auto find(std::string_view name) const {
    if constexpr (requires { map_->find(name); }) {
      return map_->find(name);
    } else {
      return map_->find(typename Map::key_type(name));
    }
  }

  Map* map_;
};

}  // namespace baton

// NOLINTNEXTLINE(misc-header-include-cycle): it defines what readers answer at once.
#include "baton/detail/found_fields.hpp"
