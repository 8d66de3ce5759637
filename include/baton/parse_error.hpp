// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace baton {

/// What was wrong with a field. The numbers are frozen: they may be logged and compared for ever.
enum class ErrorCode : std::uint32_t {
  empty = 1,                ///< nothing where a value must be
  too_short = 2,            ///< the text ends before the grammar does
  too_long = 3,             ///< the text goes on after the grammar has ended
  bad_version = 4,          ///< a version that is not allowed or not known
  bad_hex = 5,              ///< not a lowercase hexadecimal digit, where no other is allowed
  bad_delimiter = 6,        ///< another character where the grammar has a fixed one
  zero_trace_id = 7,        ///< all digits of a trace id are zero
  zero_span_id = 8,         ///< all digits of a span id are zero
  repeated_field = 9,       ///< more than one instance of a field that allows one
  missing_field = 10,       ///< one field, or part, of a set that must come together is absent
  bad_length = 11,          ///< an id with another number of digits than its format has
  bad_sampling_state = 12,  ///< a sampling state that the format does not know
  bad_key = 13,             ///< a character that may not be in a key, or an empty key
  key_too_long = 14,        ///< a key over the limit of its grammar
  missing_equals = 15,      ///< a key without `=`
  bad_value = 16,           ///< a character that may not be in a value
  empty_value = 17,         ///< a value that must not be empty
  value_too_long = 18,      ///< a value over the limit of its grammar
  bad_property = 19,        ///< a property without a key, or with a character that may not be there
  duplicate_key = 20,       ///< a key that came before; the member was left out
  too_many_members = 21,    ///< the limit of members was reached, by good ones or bad ones
  too_many_bytes = 22,      ///< the limit of bytes was reached
  out_of_memory = 23,       ///< no memory for the result
  bad_number = 24,          ///< not a decimal number, or too great a one
  bad_base64 = 25,          ///< not base64
  bad_utf8 = 26,            ///< bytes, or an escape of half a surrogate pair, that are not UTF-8
  too_deep = 27,            ///< values inside of values beyond the limit
  wrong_type = 28,          ///< a value of another type than must stand here
  not_hex = 29,             ///< not a hexadecimal digit, where either case is allowed
};

/// The code in words, one short clause in lower case without a full stop.
/// "unknown error" for a number that is not a code. Never allocates.
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

/// The code's own name, as in `bad_hex`: for logs and metrics. "unknown" for a number that is not a
/// code. Never allocates.
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;

/// Where and why a text could not be read, if it could not: `if (error) …`.
///
/// `offset` counts bytes from the start of the field as it arrived, surrounding white space
/// included; where several instances of a field are read as one list, they count as joined by
/// one comma each.
struct ParseError {
  ErrorCode code{};
  std::uint32_t offset = 0;

  ParseError() = default;
  constexpr ParseError(ErrorCode error, std::size_t position) noexcept
      : code(error),
        offset(position > std::numeric_limits<std::uint32_t>::max()
                   ? std::numeric_limits<std::uint32_t>::max()
                   : static_cast<std::uint32_t>(position)) {}

  /// False: there was no error. Then the offset says nothing.
  constexpr explicit operator bool() const noexcept { return code != ErrorCode{}; }

  friend bool operator==(const ParseError&, const ParseError&) = default;

  /// A sentence for a person: "not a lowercase hexadecimal digit at byte 5".
  [[nodiscard]] std::string message() const;
};

/// A `T`, or why there is none.
template <class T>
using expected = tl::expected<T, ParseError>;

namespace detail {
[[nodiscard]] constexpr tl::unexpected<ParseError> fail(ErrorCode code,
                                                        std::size_t offset) noexcept {
  return tl::unexpected<ParseError>(ParseError(code, offset));
}
}  // namespace detail

}  // namespace baton
