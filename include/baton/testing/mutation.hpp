// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "baton/testing/draw.hpp"
#include "baton/testing/fields.hpp"
#include "baton/testing/valid.hpp"

namespace baton::testing {

/// One change of valid fields, of a kind that senders, proxies and attackers make. Whether the
/// result is still valid depends on the format and on the place: see `judge`.
enum class Mutation : std::uint8_t {
  // Of the characters of any value.
  character_dropped,
  character_inserted,
  character_replaced,
  characters_swapped,
  value_cut,
  value_doubled,
  blank_before,
  blank_after,
  blank_inside,
  tab_before,
  tab_inside,
  control_byte,
  nul_byte,
  carriage_return,
  high_byte,
  empty_value,
  blank_value,
  // Of the fields.
  field_removed,
  field_repeated,
  field_contradicted,
  name_capitalized,
  name_uppercase,
  name_with_underscores,
  // Of ids, numbers and what separates them.
  digit_uppercase,
  value_uppercase,
  digit_not_hex,
  id_zero,
  id_short,
  id_long,
  id_prefixed,
  id_dashed,
  number_overflow,
  number_negative,
  number_hex,
  delimiter_replaced,
  delimiter_doubled,
  delimiter_dropped,
  state_unknown,
  // Of a traceparent.
  version_ff,
  version_future,
  version_future_longer,
  version_00_longer,
  flags_all,
  flags_missing,
  // Of a list.
  member_empty,
  comma_at_end,
  comma_replaced,
  member_repeated,
  equals_missing,
  key_empty,
  key_uppercase,
  key_bad,
  member_value_empty,
  key_at_limit,
  key_over_limit,
  value_at_limit,
  value_over_limit,
  members_at_limit,
  members_over_limit,
  bytes_at_limit,
  bytes_over_limit,
  // Of a value of baggage.
  escape_cut,
  escape_bad,
  escape_nul,
  escape_line_break,
  escape_overlong,
  escape_surrogate,
  raw_utf8,
  plus_sign,
  quotes,
  property_empty,
  property_bad,
};

/// All of them, in the order of their declaration.
[[nodiscard]] std::span<const Mutation> all_mutations() noexcept;

/// Its own name, as in `digit_uppercase`: for tables and options.
[[nodiscard]] std::string_view name(Mutation mutation) noexcept;

/// What it is, in words: "a hexadecimal digit is a capital".
[[nodiscard]] std::string_view to_string(Mutation mutation) noexcept;

/// Fields after one change.
struct Mutated {
  FieldList fields;
  Mutation mutation{};
  std::string field;       ///< the name of the field that was changed, before the change
  std::size_t offset = 0;  ///< where in its value the change begins

  /// "traceparent: a hexadecimal digit is a capital, at byte 12".
  [[nodiscard]] std::string words() const;
};

/// Makes that change in one of the fields; `draw` chooses the place. Nothing if there is no place
/// for it: no list has an id, for example. The result is never the same as `fields`. At most some
/// 17,000 bytes are added, or as many as one field has.
[[nodiscard]] std::optional<Mutated> mutate(const FieldList& fields, Mutation mutation, Draw& draw);

/// Fields that are one change away from valid ones.
struct NearlyValid {
  std::string format;
  FieldList fields;
  Mutation mutation{};
  std::string words;  ///< what was changed, where
  Verdict verdict;    ///< whether the specification accepts it, and what a receiver reads
};

/// Valid fields of a registered format, changed by a mutation that applies to them.
[[nodiscard]] NearlyValid draw_nearly_valid(std::string_view format, Draw& draw);

/// The same by that mutation; nothing if it does not apply to fields that were drawn several times.
[[nodiscard]] std::optional<NearlyValid> draw_nearly_valid(std::string_view format,
                                                           Mutation mutation, Draw& draw);

}  // namespace baton::testing
