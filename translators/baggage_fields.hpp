#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "baggage_joiner.hpp"
#include "baton/propagator.hpp"

/// Baggage in fields of a format's own: a family of fields, each a prefix and then a key, or lists.
namespace baton::detail {

/// Adds what such fields say to the baggage of a context, within the limits. Work ends at the first
/// limit that is reached.
class BaggageFieldsReader {
 public:
  /// What a trimmed value stands for, as any bytes.
  using Decoder = FunctionRef<std::string_view(std::string_view value)>;

  BaggageFieldsReader(Context& context, const BaggageLimits& limits, ExtractReport* report) noexcept
      : context_(context), limits_(limits), report_(report), joiner_(context.baggage(), limits) {}

  /// All fields whose names begin with `prefix`, in any case. Errors are reported under the prefix;
  /// the offset of `bad_key` counts in the key.
  void read_family(CarrierReader carrier, std::string_view prefix, Decoder decode);

  /// `key=value` between commas, in all instances of the field as one list, of which no more than
  /// `max_bytes` are read. Empty entries are passed over.
  void read_list(CarrierReader carrier, std::string_view field);

  /// Puts the result into the context: `baggage`, `malformed` or `nothing`.
  Extracted finish();

 private:
  bool add_entry(std::string_view field, std::string_view entry, std::size_t begin);
  bool add(std::string_view field, std::string_view key, std::size_t begin,
           FunctionRef<std::string_view()> get_value);
  void fail(std::string_view field, ParseError error);

  Context& context_;
  const BaggageLimits limits_;
  ExtractReport* const report_;
  BaggageJoiner joiner_;
  Extracted found_ = Extracted::nothing;
  bool is_full_ = false;
};

/// Appends the value that stands for `bytes`. False: there is none.
using BaggageEncoder = FunctionRef<bool(std::string_view bytes, std::string& out)>;

/// Sets a field for each member; erases it where the value cannot be said.
void write_baggage_family(const Baggage& baggage, CarrierWriter carrier, std::string_view prefix,
                          BaggageEncoder encode);

}  // namespace baton::detail
