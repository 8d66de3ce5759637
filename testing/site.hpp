// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/testing/draw.hpp"
#include "baton/testing/fields.hpp"

namespace baton::testing {

/// Where a mutation is made.
class Site {
 public:
  Site(FieldList& list, Draw& source) : fields(list), draw(source) {}

  /// Chooses one of the fields that satisfy the predicate.
  template <class Predicate>
  bool choose_field(Predicate&& fits) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fits(std::as_const(fields[i].first), std::as_const(fields[i].second))) {
        places.push_back(i);
      }
    }
    return pick(places, field);
  }

  /// Chooses one of the characters of the chosen value that satisfy the predicate.
  template <class Predicate>
  bool choose_character(Predicate&& fits) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < value().size(); ++i) {
      if (fits(value()[i])) places.push_back(i);
    }
    return pick(places, offset);
  }

  bool pick(const std::vector<std::size_t>& places, std::size_t& chosen) {
    if (places.empty()) return false;
    chosen = places[draw.number(0, places.size() - 1)];
    return true;
  }

  std::string& name() { return fields[field].first; }
  std::string& value() { return fields[field].second; }

  FieldList& fields;
  Draw& draw;
  std::size_t field = 0;
  std::size_t offset = 0;
};

/// Makes a mutation at a place of its choice. False if there is none; the fields may then be
/// changed.
using Change = bool (*)(Site& site);

// Of the characters of any value, and of fields.
bool drop_character(Site& site);
bool insert_character(Site& site);
bool replace_character(Site& site);
bool swap_characters(Site& site);
bool cut_value(Site& site);
bool double_value(Site& site);
bool add_blank_before(Site& site);
bool add_blank_after(Site& site);
bool add_blank_inside(Site& site);
bool add_tab_before(Site& site);
bool add_tab_inside(Site& site);
bool add_control_byte(Site& site);
bool add_nul_byte(Site& site);
bool add_carriage_return(Site& site);
bool add_high_byte(Site& site);
bool empty_value(Site& site);
bool blank_value(Site& site);
bool remove_field(Site& site);
bool repeat_field(Site& site);
bool contradict_field(Site& site);
bool capitalize_name(Site& site);
bool uppercase_name(Site& site);
bool underscore_name(Site& site);

// Of ids and numbers.
bool uppercase_digit(Site& site);
bool uppercase_value(Site& site);
bool spoil_digit(Site& site);
bool zero_id(Site& site);
bool shorten_id(Site& site);
bool lengthen_id(Site& site);
bool prefix_id(Site& site);
bool dash_id(Site& site);
bool overflow_number(Site& site);
bool negate_number(Site& site);
bool write_number_in_hex(Site& site);
bool replace_delimiter(Site& site);
bool double_delimiter(Site& site);
bool drop_delimiter(Site& site);
bool write_unknown_state(Site& site);
bool write_version_ff(Site& site);
bool write_future_version(Site& site);
bool write_longer_future_version(Site& site);
bool write_longer_version_00(Site& site);
bool set_all_flags(Site& site);
bool drop_flags(Site& site);

// Of lists and baggage.
bool add_empty_member(Site& site);
bool add_comma_at_end(Site& site);
bool replace_comma(Site& site);
bool repeat_member(Site& site);
bool drop_equals(Site& site);
bool empty_key(Site& site);
bool uppercase_key(Site& site);
bool spoil_key(Site& site);
bool empty_member_value(Site& site);
bool fill_key(Site& site);
bool overfill_key(Site& site);
bool fill_value(Site& site);
bool overfill_value(Site& site);
bool fill_members(Site& site);
bool overfill_members(Site& site);
bool fill_bytes(Site& site);
bool overfill_bytes(Site& site);
bool add_cut_escape(Site& site);
bool add_bad_escape(Site& site);
bool add_escaped_nul(Site& site);
bool add_escaped_line_break(Site& site);
bool add_overlong_escape(Site& site);
bool add_surrogate_escape(Site& site);
bool add_raw_utf8(Site& site);
bool add_plus_sign(Site& site);
bool add_quotes(Site& site);
bool add_empty_property(Site& site);
bool add_bad_property(Site& site);

}  // namespace baton::testing
