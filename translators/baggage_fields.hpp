// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "baton/propagator.hpp"
#include "core/baggage_joiner.hpp"

/// Baggage in fields of a format's own: a family of fields, each a prefix and then a key, or lists.
namespace baton::detail {

/// Adds what such fields say to the baggage of a context, within the limits. Work ends at the first
/// limit that is reached, and after as many entries that gave nothing as the limit allows members:
/// bad ones, and those of a family or of a list whose key was there before.
class BaggageFieldsReader {
 public:
  /// What a trimmed value stands for, as any bytes.
  using Decoder = FunctionRef<std::string_view(std::string_view value)>;

  BaggageFieldsReader(Context& context, const BaggageLimits& limits, ExtractReport* report) noexcept
      : context_(context), limits_(limits), report_(report), joiner_(context.baggage(), limits) {}

  /// All fields whose names begin with `prefix`. Names have no case, so that the key is what
  /// follows the prefix, in lower case, and counts as there if any spelling of it is. Of fields
  /// that have the same name then, the first counts, or if the carrier compares names exactly, the
  /// one in lower case. Errors are reported under the prefix; the offset of `bad_key` counts in the
  /// key.
  void read_family(CarrierReader carrier, std::string_view prefix, Decoder decode);

  /// `key=value` between commas, in all instances of the field as one list. An entry must end
  /// within the first `max_bytes`, and what is beyond is not looked at. Empty entries are passed
  /// over.
  void read_list(CarrierReader carrier, std::string_view field);

  /// Puts the result into the context: `baggage`, `malformed` or `nothing`.
  Extracted finish();

 private:
  // False of each: nothing more is read.
  bool read_instance(std::string_view field, std::string_view list, std::size_t offset);
  bool add_entry(std::string_view field, std::string_view entry, std::size_t begin);
  bool add(std::string_view field, std::string_view key, std::size_t begin,
           FunctionRef<std::string_view()> get_value);
  bool has_room(std::string_view field, std::size_t begin);
  bool skip(std::string_view field, ParseError error);
  bool stop(std::string_view field, ParseError error);

  Context& context_;
  const BaggageLimits limits_;
  ExtractReport* const report_;
  BaggageJoiner joiner_;
  Extracted found_ = Extracted::nothing;
  std::size_t bad_ = 0;
  std::size_t known_ = 0;  // entries of a family, or of a list, whose key was there before
  bool is_full_ = false;
};

/// Appends the value that stands for `bytes`. False: there is none.
using BaggageEncoder = FunctionRef<bool(std::string_view bytes, std::string& out)>;

/// Sets a field for each member, its name in lower case. Of keys that differ in case alone the
/// first whose value can be said is sent; where none can, the field is erased.
void write_baggage_family(const Baggage& baggage, CarrierWriter carrier, std::string_view prefix,
                          BaggageEncoder encode);

}  // namespace baton::detail
