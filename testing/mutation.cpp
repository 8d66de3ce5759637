// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/mutation.hpp"

#include <algorithm>
#include <array>

#include "testing/site.hpp"

namespace baton::testing {
namespace {

struct Row {
  Mutation mutation;
  std::string_view name;
  std::string_view words;
  Change change;
};

constexpr Row rows[] = {
    {Mutation::character_dropped, "character_dropped", "a character is missing", drop_character},
    {Mutation::character_inserted, "character_inserted", "a character is inserted",
     insert_character},
    {Mutation::character_replaced, "character_replaced", "a character is another one",
     replace_character},
    {Mutation::characters_swapped, "characters_swapped", "two characters are swapped",
     swap_characters},
    {Mutation::value_cut, "value_cut", "the value is cut off", cut_value},
    {Mutation::value_doubled, "value_doubled", "the value is written twice", double_value},
    {Mutation::blank_before, "blank_before", "a blank precedes the value", add_blank_before},
    {Mutation::blank_after, "blank_after", "a blank follows the value", add_blank_after},
    {Mutation::blank_inside, "blank_inside", "a blank is in the value", add_blank_inside},
    {Mutation::tab_before, "tab_before", "a tab precedes the value", add_tab_before},
    {Mutation::tab_inside, "tab_inside", "a tab is in the value", add_tab_inside},
    {Mutation::control_byte, "control_byte", "a control character is in the value",
     add_control_byte},
    {Mutation::nul_byte, "nul_byte", "a zero byte is in the value", add_nul_byte},
    {Mutation::carriage_return, "carriage_return", "a carriage return is in the value",
     add_carriage_return},
    {Mutation::high_byte, "high_byte", "a byte outside ASCII is in the value", add_high_byte},
    {Mutation::empty_value, "empty_value", "the value is empty", empty_value},
    {Mutation::blank_value, "blank_value", "the value is only blanks", blank_value},
    {Mutation::field_removed, "field_removed", "the field is missing", remove_field},
    {Mutation::field_repeated, "field_repeated", "the field is repeated", repeat_field},
    {Mutation::field_contradicted, "field_contradicted", "a second field says something else",
     contradict_field},
    {Mutation::name_capitalized, "name_capitalized", "the name is capitalized", capitalize_name},
    {Mutation::name_uppercase, "name_uppercase", "the name is in capitals", uppercase_name},
    {Mutation::name_with_underscores, "name_with_underscores",
     "the name has underscores for hyphens", underscore_name},
    {Mutation::digit_uppercase, "digit_uppercase", "a hexadecimal digit is a capital",
     uppercase_digit},
    {Mutation::value_uppercase, "value_uppercase", "the value is in capitals", uppercase_value},
    {Mutation::digit_not_hex, "digit_not_hex", "a digit is not hexadecimal", spoil_digit},
    {Mutation::id_zero, "id_zero", "an id is all zeros", zero_id},
    {Mutation::id_short, "id_short", "an id is too short", shorten_id},
    {Mutation::id_long, "id_long", "an id is too long", lengthen_id},
    {Mutation::id_prefixed, "id_prefixed", "an id begins with 0x", prefix_id},
    {Mutation::id_dashed, "id_dashed", "an id is written with hyphens, like a UUID", dash_id},
    {Mutation::number_overflow, "number_overflow", "a number has more than 64 bits",
     overflow_number},
    {Mutation::number_negative, "number_negative", "a number is negative", negate_number},
    {Mutation::number_hex, "number_hex", "a number begins with 0x", write_number_in_hex},
    {Mutation::delimiter_replaced, "delimiter_replaced", "a delimiter is another character",
     replace_delimiter},
    {Mutation::delimiter_doubled, "delimiter_doubled", "a delimiter is written twice",
     double_delimiter},
    {Mutation::delimiter_dropped, "delimiter_dropped", "a delimiter is missing", drop_delimiter},
    {Mutation::state_unknown, "state_unknown", "the sampling state is not a known one",
     write_unknown_state},
    {Mutation::version_ff, "version_ff", "the version is ff", write_version_ff},
    {Mutation::version_future, "version_future", "the version is a later one",
     write_future_version},
    {Mutation::version_future_longer, "version_future_longer",
     "the version is a later one, with more behind the flags", write_longer_future_version},
    {Mutation::version_00_longer, "version_00_longer", "there is more behind the flags",
     write_longer_version_00},
    {Mutation::flags_all, "flags_all", "all flags are set, unknown ones too", set_all_flags},
    {Mutation::flags_missing, "flags_missing", "the flags are missing", drop_flags},
    {Mutation::member_empty, "member_empty", "a member is empty", add_empty_member},
    {Mutation::comma_at_end, "comma_at_end", "a comma ends the list", add_comma_at_end},
    {Mutation::comma_replaced, "comma_replaced", "a comma is another character", replace_comma},
    {Mutation::member_repeated, "member_repeated", "a key is repeated", repeat_member},
    {Mutation::equals_missing, "equals_missing", "a member has no equals sign", drop_equals},
    {Mutation::key_empty, "key_empty", "a key is empty", empty_key},
    {Mutation::key_uppercase, "key_uppercase", "a key has a capital", uppercase_key},
    {Mutation::key_bad, "key_bad", "a key has a forbidden character", spoil_key},
    {Mutation::member_value_empty, "member_value_empty", "a member has an empty value",
     empty_member_value},
    {Mutation::key_at_limit, "key_at_limit", "a key has 256 characters, the limit", fill_key},
    {Mutation::key_over_limit, "key_over_limit", "a key has 257 characters, one too many",
     overfill_key},
    {Mutation::value_at_limit, "value_at_limit", "a member's value has 256 characters, the limit",
     fill_value},
    {Mutation::value_over_limit, "value_over_limit",
     "a member's value has 257 characters, one too many", overfill_value},
    {Mutation::members_at_limit, "members_at_limit", "there are as many members as the limit",
     fill_members},
    {Mutation::members_over_limit, "members_over_limit", "there is one member over the limit",
     overfill_members},
    {Mutation::bytes_at_limit, "bytes_at_limit", "the list has 8192 bytes, the limit", fill_bytes},
    {Mutation::bytes_over_limit, "bytes_over_limit", "the list has 8193 bytes, one too many",
     overfill_bytes},
    {Mutation::escape_cut, "escape_cut", "an escape is cut off", add_cut_escape},
    {Mutation::escape_bad, "escape_bad", "an escape is not hexadecimal", add_bad_escape},
    {Mutation::escape_nul, "escape_nul", "a zero byte is escaped", add_escaped_nul},
    {Mutation::escape_line_break, "escape_line_break", "an escaped line break begins a field",
     add_escaped_line_break},
    {Mutation::escape_overlong, "escape_overlong", "escapes are UTF-8 that is too long",
     add_overlong_escape},
    {Mutation::escape_surrogate, "escape_surrogate", "escapes are half a surrogate pair",
     add_surrogate_escape},
    {Mutation::raw_utf8, "raw_utf8", "UTF-8 is not escaped", add_raw_utf8},
    {Mutation::plus_sign, "plus_sign", "a plus sign is in a value", add_plus_sign},
    {Mutation::quotes, "quotes", "a value is in quotes", add_quotes},
    {Mutation::property_empty, "property_empty", "a property is empty", add_empty_property},
    {Mutation::property_bad, "property_bad", "a property has a blank in its key", add_bad_property},
};

constexpr auto mutations = [] {
  std::array<Mutation, std::size(rows)> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = rows[i].mutation;
  return all;
}();

constexpr bool in_order = [] {
  for (std::size_t i = 0; i < mutations.size(); ++i) {
    if (static_cast<std::size_t>(mutations[i]) != i) return false;
  }
  return true;
}();
static_assert(in_order, "a row stands at the number of its mutation");

const Row& row_of(Mutation mutation) noexcept {
  return rows[std::min(static_cast<std::size_t>(mutation), std::size(rows) - 1)];
}

NearlyValid nearly_valid(std::string_view format, Mutated mutated) {
  Verdict verdict = judge(format, mutated.fields);
  std::string words = mutated.words();
  return {std::string(format), std::move(mutated.fields), mutated.mutation, std::move(words),
          std::move(verdict)};
}

}  // namespace

std::span<const Mutation> all_mutations() noexcept { return mutations; }

std::string_view name(Mutation mutation) noexcept { return row_of(mutation).name; }

std::string_view to_string(Mutation mutation) noexcept { return row_of(mutation).words; }

std::string Mutated::words() const {
  std::string text = field + ": " + std::string(to_string(mutation));
  if (offset != 0) text += ", at byte " + std::to_string(offset);
  return text;
}

std::optional<Mutated> mutate(const FieldList& fields, Mutation mutation, Draw& draw) {
  Mutated mutated{fields, mutation, {}, 0};
  Site site(mutated.fields, draw);
  if (!row_of(mutation).change(site) || mutated.fields == fields) return std::nullopt;
  mutated.field = fields[site.field].first;
  mutated.offset = site.offset;
  return mutated;
}

std::optional<NearlyValid> draw_nearly_valid(std::string_view format, Mutation mutation,
                                             Draw& draw) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const FieldList valid = draw_valid_fields(format, draw).fields;
    if (auto mutated = mutate(valid, mutation, draw)) {
      return nearly_valid(format, *std::move(mutated));
    }
  }
  return std::nullopt;
}

NearlyValid draw_nearly_valid(std::string_view format, Draw& draw) {
  const FieldList valid = draw_valid_fields(format, draw).fields;
  if (valid.empty()) return {std::string(format), {}, {}, "there is no such format", {}};
  for (;;) {
    const Mutation mutation = mutations[draw.number(0, mutations.size() - 1)];
    if (auto mutated = mutate(valid, mutation, draw)) {
      return nearly_valid(format, *std::move(mutated));
    }
  }
}

}  // namespace baton::testing
