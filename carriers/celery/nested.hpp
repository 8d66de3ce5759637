// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "baton/options.hpp"
#include "core/reported_name.hpp"
#include "json/carrier.hpp"
#include "json/small_list.hpp"

namespace baton::celery::internal {

/// Some tracers write their fields into an object of this name inside of the headers, since Celery
/// passes that one to the task as `request.headers`.
inline constexpr std::string_view nested_name = "headers";

/// The nested headers in an object of Boost.JSON; null if there are none.
template <class Headers>
auto* find_nested(Headers& headers) noexcept {
  auto* const member = headers.if_contains(nested_name);
  return member == nullptr ? nullptr : member->if_object();
}

/// Reads headers, and the nested ones for each format that has no fields in the outer ones. A
/// format is read from only one of the two, so that fields of different contexts are never mixed.
template <class Reader>
class NestedReader {
 public:
  static constexpr bool last_field_counts = true;
  static constexpr bool names_without_case = true;
  static constexpr bool prefers_exact_names = true;

  NestedReader(const Reader& outer, const Reader& nested, const PropagatorChain& chain)
      : outer_(&outer), nested_(&nested), chain_(&chain) {
    for (std::size_t i = 0; i < chain.readers().size(); ++i) places_.push_back(Place::nested);
    outer.keys([&](std::string_view name) {
      for (std::size_t i = 0; i < places_.size(); ++i) {
        if (chain.readers()[i]->traits().owns(name)) places_[i] = Place::outer;
      }
      return true;
    });
  }

  /// Whether a field of that name is read from the nested headers.
  [[nodiscard]] bool reads_nested(std::string_view name) const {
    bool is_owned = false;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (!chain_->readers()[i]->traits().owns(name)) continue;
      if (places_[i] == Place::outer) return false;
      is_owned = true;
    }
    return is_owned;
  }

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    return reader_of(name).get(name);
  }
  void get_all(std::string_view name, TextVisitor visit) const {
    reader_of(name).get_all(name, visit);
  }
  void keys(TextVisitor visit) const {
    bool goes_on = true;
    outer_->keys([&](std::string_view name) { return goes_on = visit(name); });
    if (!goes_on) return;
    nested_->keys([&](std::string_view name) { return !reads_nested(name) || visit(name); });
  }

 private:
  enum class Place : std::uint8_t { nested, outer };

  [[nodiscard]] const Reader& reader_of(std::string_view name) const {
    return reads_nested(name) ? *nested_ : *outer_;
  }

  const Reader* outer_;
  const Reader* nested_;
  const PropagatorChain* chain_;
  json::SmallList<Place, 32> places_;  // of each reader's fields
};

/// Whether a field of the chain, in any case, has a text.
template <class Reader>
bool has_fields_of(const PropagatorChain& chain, const Reader& reader) {
  bool has_none = true;
  reader.keys([&](std::string_view name) { return has_none = !chain.owns(name); });
  return !has_none;
}

template <class Reader>
void report_wrong_types(const Reader& reader, const PropagatorChain& chain, ExtractReport& report) {
  reader.visit_wrong_types(
      [&](std::string_view name) { lookup::report_wrong_type(name, chain, report); });
}

/// Extracts from headers, and from the nested ones if there are any. `visit_wrong_types(visit)` of
/// a reader shows the names whose values are of another type than text.
template <class Reader>
Context extract(const Reader& outer, const Reader* nested, const ExtractOptions& options) {
  const PropagatorChain& chain = options.chain;
  ExtractReport* const report = options.report;
  if (report != nullptr) report_wrong_types(outer, chain, *report);
  if (nested == nullptr) return options.extract(outer);
  const NestedReader both(outer, *nested, chain);
  if (report != nullptr) {
    nested->visit_wrong_types([&](std::string_view name) {
      if (both.reads_nested(name)) lookup::report_wrong_type(name, chain, *report);
    });
  }
  return options.extract(both);
}

}  // namespace baton::celery::internal
