// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace baton {

/// What is wrong with a field. The numbers are frozen: they may be logged and compared forever.
enum class ErrorCode : std::uint32_t {
  empty = 1,                ///< the field is empty
  too_short = 2,            ///< the text ends before the grammar does
  too_long = 3,             ///< the text continues after the grammar has ended
  bad_version = 4,          ///< a version that is not allowed or not known
  bad_hex = 5,              ///< not a lowercase hexadecimal digit, and the grammar requires one
  bad_delimiter = 6,        ///< another character than the fixed one of the grammar
  zero_trace_id = 7,        ///< all digits of a trace id are zero
  zero_span_id = 8,         ///< all digits of a span id are zero
  repeated_field = 9,       ///< more than one instance of a field that allows one
  missing_field = 10,       ///< a required field, or a required part of a field, is absent
  bad_length = 11,          ///< an id with another number of digits than its format has
  bad_sampling_state = 12,  ///< a sampling state that the format does not know
  bad_key = 13,             ///< a character that is not allowed in a key, or an empty key
  key_too_long = 14,        ///< a key over the limit of its grammar
  missing_equals = 15,      ///< a key without `=`
  bad_value = 16,           ///< a character that is not allowed in a value, or a wrong value
  empty_value = 17,         ///< a value that must not be empty
  value_too_long = 18,      ///< a value over the limit of its grammar
  bad_property = 19,        ///< a property without a key, or with a character that is not allowed
  duplicate_key = 20,       ///< a repeated key; the later member is dropped
  too_many_members = 21,    ///< over the limit of members, valid or invalid
  too_many_bytes = 22,      ///< over the limit of bytes
  out_of_memory = 23,       ///< no memory for the result
  bad_number = 24,          ///< not a decimal number, or out of range
  bad_base64 = 25,          ///< not base64
  bad_utf8 = 26,            ///< bytes, or an escape of half a surrogate pair, that are not UTF-8
  too_deep = 27,            ///< nested values, over the limit of depth
  wrong_type = 28,          ///< a value of another type than required
  not_hex = 29,             ///< not a hexadecimal digit; either case is allowed
};

/// The code in words, one short clause in lower case without a period.
/// "unknown error" for a number that is not a code. Never allocates.
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

/// The code's own name, as in `bad_hex`: for logs and metrics. "unknown" for a number that is not a
/// code. Never allocates.
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;

/// Where and why a text cannot be read, or no error: `if (error) …`.
///
/// `offset` counts bytes from the start of the field as it arrived, surrounding white space
/// included. Several instances of a field that are read as one list count as joined by one comma
/// each.
struct ParseError {
  ErrorCode code{};
  std::uint32_t offset = 0;

  ParseError() = default;
  constexpr ParseError(ErrorCode error, std::size_t position) noexcept
      : code(error),
        offset(position > std::numeric_limits<std::uint32_t>::max()
                   ? std::numeric_limits<std::uint32_t>::max()
                   : static_cast<std::uint32_t>(position)) {}

  /// False if there was no error. Then the offset has no meaning.
  constexpr explicit operator bool() const noexcept { return code != ErrorCode{}; }

  friend bool operator==(const ParseError&, const ParseError&) = default;

  /// A sentence for a person: "not a lowercase hexadecimal digit at byte 5".
  [[nodiscard]] std::string message() const;
};

/// A `T`, or the error.
template <class T>
using expected = tl::expected<T, ParseError>;

namespace detail {
[[nodiscard]] constexpr tl::unexpected<ParseError> fail(ErrorCode code,
                                                        std::size_t offset) noexcept {
  return tl::unexpected<ParseError>(ParseError(code, offset));
}
}  // namespace detail

}  // namespace baton
