// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "baton/propagator.hpp"
#include "core/baggage_joiner.hpp"
#include "text/growing_text.hpp"

/// Baggage in a format's own fields: a family of fields, each a prefix followed by a key, or lists.
namespace baton::detail {

/// Adds the entries of such fields to the baggage of a context, within the limits. Stops at the
/// first limit that is reached, and after as many useless entries as the limit allows members: bad
/// ones, and those of a family or a list whose key existed before.
class BaggageFieldsReader {
 public:
  /// Decodes a trimmed value to any bytes. Nothing: there is no memory for them.
  using Decoder = FunctionRef<std::optional<std::string_view>(std::string_view value)>;

  BaggageFieldsReader(Context& context, const BaggageLimits& limits, ExtractReport* report) noexcept
      : context_(context), limits_(limits), report_(report), joiner_(context.baggage(), limits) {}

  /// Reads all fields whose names begin with `prefix`. Names ignore case: the key is the rest of
  /// the name in lowercase, and counts as known if any spelling of it is. If several fields then
  /// have the same name, the first counts or, if the carrier compares names exactly, the one in
  /// lowercase. Errors are reported under the prefix; the offset of `bad_key` counts in the key.
  void read_family(CarrierReader carrier, std::string_view prefix, Decoder decode);

  /// Reads `key=value` between commas, from all instances of the field as one list. An entry must
  /// end within the first `max_bytes`; bytes beyond are not read. Ignores empty entries.
  void read_list(CarrierReader carrier, std::string_view field);

  /// Puts the result into the context: `baggage`, `malformed` or `nothing`. Reports it if there is
  /// no memory for that.
  Extracted finish();

 private:
  // Each returns false if no more must be read.
  bool read_instance(std::string_view field, std::string_view list, std::size_t offset);
  bool add_entry(std::string_view field, std::string_view entry, std::size_t begin);
  bool add(std::string_view field, std::string_view key, std::size_t begin,
           FunctionRef<std::optional<std::string_view>()> get_value);
  bool has_room(std::string_view field, std::size_t begin);
  bool skip(std::string_view field, ParseError error);
  bool stop(std::string_view field, ParseError error);

  Context& context_;
  const BaggageLimits limits_;
  ExtractReport* const report_;
  BaggageJoiner joiner_;
  Extracted found_ = Extracted::nothing;
  std::string_view last_field_;  // that had an entry
  std::size_t bad_ = 0;
  std::size_t known_ = 0;  // entries of a family, or of a list, whose key existed before
  bool is_full_ = false;
};

/// Appends the value that encodes `bytes`. False: there is none.
using BaggageEncoder = FunctionRef<bool(std::string_view bytes, GrowingText& out)>;

/// Sets a field for each member, with its name in lowercase. Of keys that differ only in case,
/// sends the first whose value can be encoded; if there is none, erases the field. Without memory,
/// throws std::bad_alloc or, if it is that of a MemorySource, stops; without any to find the last
/// value of a repeated key, before it sends something.
void write_baggage_family(const Baggage& baggage, CarrierWriter carrier, std::string_view prefix,
                          BaggageEncoder encode);

}  // namespace baton::detail
