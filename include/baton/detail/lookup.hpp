// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "baton/carrier.hpp"
#include "baton/detail/ascii.hpp"

/// How a name is found among the headers of a message: exactly or, if no header has exactly that
/// name, in any case.
///
/// A *list* has `size()`, and `at(i)` returns a header: a `name`, which is a C string or a view,
/// and a `value`, which is nothing if the header counts as absent. The value converts to
/// `std::optional<std::string_view>`. Only values of headers with the right name are read.
namespace baton::detail::lookup {

enum class Match { none, other_case, exact };

using detail::is_lowercase;
using detail::to_lower;

constexpr Match compare(std::string_view header, std::string_view name) noexcept {
  if (header == name) return Match::exact;
  return equals_ignoring_case(header, name) ? Match::other_case : Match::none;
}

/// Compares a NUL-terminated name without a search for its end.
constexpr Match compare(const char* header, std::string_view name) noexcept {
  std::size_t i = 0;
  while (i < name.size() && header[i] == name[i] && header[i] != '\0') ++i;
  if (i == name.size()) return header[i] == '\0' ? Match::exact : Match::none;
  for (; i < name.size(); ++i) {
    if (header[i] == '\0' || to_lower(header[i]) != to_lower(name[i])) return Match::none;
  }
  return header[i] == '\0' ? Match::other_case : Match::none;
}

template <class List>
std::optional<std::string_view> find_last(const List& list, std::string_view name) {
  std::optional<std::string_view> in_other_case;
  for (std::size_t i = list.size(); i-- > 0;) {
    const auto& header = list.at(i);
    const Match match = compare(header.name, name);
    if (match == Match::none || !header.value) continue;
    if (match == Match::exact) return header.value;
    if (!in_other_case) in_other_case = header.value;
  }
  return in_other_case;
}

template <class List>
void visit_values(const List& list, std::string_view name, TextVisitor visit) {
  Match best = Match::none;
  for (std::size_t i = 0, size = list.size(); i < size; ++i) {
    const auto& header = list.at(i);
    const Match match = compare(header.name, name);
    if (match == Match::none || !header.value) continue;
    if (match == Match::exact && !visit(*header.value)) return;
    best = std::max(best, match);
  }
  if (best != Match::other_case) return;
  for (std::size_t i = 0, size = list.size(); i < size; ++i) {
    const auto& header = list.at(i);
    if (compare(header.name, name) == Match::none || !header.value) continue;
    if (!visit(*header.value)) return;
  }
}

template <class List>
void visit_names(const List& list, TextVisitor visit) {
  for (std::size_t i = 0, size = list.size(); i < size; ++i) {
    const auto& header = list.at(i);
    if (header.value && !visit(header.name)) return;
  }
}

template <class List, class Visitor>
void visit_fields(const List& list, Visitor&& visit) {
  for (std::size_t i = 0, size = list.size(); i < size; ++i) {
    const auto& header = list.at(i);
    if (header.value && !visit(header.name, *header.value)) return;
  }
}

/// A carrier over a list, which may be a reference.
template <class List>
class ListCarrier {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  explicit ListCarrier(List list) noexcept : list_(std::forward<List>(list)) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept {
    return find_last(list_, name);
  }
  void get_all(std::string_view name, TextVisitor visit) const { visit_values(list_, name, visit); }
  void keys(TextVisitor visit) const { visit_names(list_, visit); }
  template <class Visitor>
  void fields(Visitor&& visit) const {
    visit_fields(list_, visit);
  }

 protected:
  List list_;
};

}  // namespace baton::detail::lookup
