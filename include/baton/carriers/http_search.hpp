// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <string_view>
#include <type_traits>

#include "baton/carriers/http_field.hpp"
#include "baton/detail/ascii.hpp"
#include "baton/detail/is_string.hpp"

namespace baton::http {

/// How the comparator of an ordered map orders names.
enum class NameOrder {
  unknown,       ///< in a way that is not known: each lookup visits all fields
  bytes,         ///< as `std::less` does
  without_case,  ///< the same, but without regard to the case of ASCII letters
};

/// The order of a comparator. Specialize it for one that ignores case, so that a lookup in a large
/// map of strings need not visit all fields:
///
///     template <>
///     inline constexpr auto baton::http::name_order<library::IgnoreCase> =
///         baton::http::NameOrder::without_case;
template <class Compare>
inline constexpr NameOrder name_order = NameOrder::unknown;

template <class Key>
inline constexpr NameOrder name_order<std::less<Key>> = NameOrder::bytes;

namespace internal {

template <class Container>
inline constexpr NameOrder order_of = NameOrder::unknown;
template <class Map>
  requires(detail::is_string<typename Map::key_type> && requires { typename Map::key_compare; })
inline constexpr NameOrder order_of<Map> = name_order<typename Map::key_compare>;

/// A map with fewer fields is walked faster than its bounds are found.
inline constexpr std::size_t many_fields = 16;

/// `visit_named` in a map whose order is known. All spellings of a name begin with the same letter,
/// so they lie among the fields that begin with it: in one range, or in two if uppercase letters
/// come before lowercase ones. At worst, these are all fields, and are walked.
template <class Map, class Visit>
[[gnu::noinline]] void visit_ranges(Map& map, std::string_view name, Visit& visit) {
  using Traits = FieldTraits<typename Map::value_type>;
  constexpr bool by_bytes = order_of<Map> == NameOrder::bytes;
  const auto walk_from = [&](char first) {
    const auto has_first = [&](std::string_view key) {
      if constexpr (by_bytes) return key.starts_with(first);
      return !key.empty() && detail::to_lower(key.front()) == first;
    };
    auto field = map.lower_bound(typename Map::key_type(&first, 1));
    while (field != map.end() && has_first(Traits::name(*field))) {
      // As equal_names, but their first characters are known to be equal.
      const std::string_view key = Traits::name(*field);
      if (key.size() != name.size() || !detail::same_ignoring_case(key, name)) {
        ++field;
      } else if (!visit(field, name)) {
        return false;
      }
    }
    return true;
  };
  const char lower = detail::to_lower(name.front());
  const char upper = detail::to_upper(name.front());
  if (by_bytes && upper != lower) {
    // Often all names are of one case: the first and the last of them show an empty range.
    const auto first_byte = [](const auto& field) {
      const std::string_view key = Traits::name(field);
      return key.empty() ? 0 : static_cast<unsigned char>(key.front());
    };
    if (first_byte(*map.begin()) <= upper && !walk_from(upper)) return;
    if (first_byte(*std::prev(map.end())) < lower) return;
  }
  walk_from(lower);
}

/// Calls `visit` with an iterator to each field of that name, in order, until it returns false. It
/// must move the iterator to the next field, and may erase this one. It may also replace the name,
/// its other argument, by another spelling. Inlined: a call costs a map of three fields a sixth
/// more.
template <class Container, class Visit>
[[gnu::always_inline]] inline void visit_named(Container& container, std::string_view name,
                                               Visit visit) {
  using Traits = FieldTraits<std::remove_cv_t<typename Container::value_type>>;
  if constexpr (order_of<Container> != NameOrder::unknown) {
    if (container.size() >= many_fields && !name.empty()) {
      visit_ranges(container, name, visit);
      return;
    }
  }
  for (auto field = container.begin(); field != container.end();) {
    if (!equal_names(Traits::name(*field), name)) {
      ++field;
    } else if (!visit(field, name)) {
      return;
    }
  }
}

}  // namespace internal

}  // namespace baton::http
