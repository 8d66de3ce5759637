// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baton/parse_error.hpp"

namespace baton::json {

/// The most levels that a text may nest: more than Python's `json` reads by default.
inline constexpr std::size_t max_depth = 1024;

enum class Type : std::uint8_t { null, boolean, number, string, array, object };

/// A value at its place in a text.
struct Value {
  std::string_view text;  ///< as it is written, quotes included
  Type type = Type::null;
  bool has_escapes = false;  ///< a string with `\` in it

  /// The part between the quotes of a string.
  [[nodiscard]] std::string_view inside() const noexcept { return text.substr(1, text.size() - 2); }
};

/// Reads one JSON text (RFC 8259) from beginning to end, once, and checks all of it.
///
///     json::Scanner scanner(text);
///     scanner.enter_object();
///     for (json::Value name; scanner.next_member(name);) {
///       if (json::Value value; scanner.read(value)) …
///     }
///     scanner.finish();
///
/// Never allocates or recurses, and converts nothing: a value is a view of its text. The first
/// error remains, and after it every function returns false.
///
/// | error | offset |
/// |---|---|
/// | `too_short` | the text's size: it ends too early |
/// | `too_long` | the text behind the value |
/// | `bad_delimiter` | the place of a missing `,`, `:`, `}` or `]` |
/// | `bad_key` | the place of the missing `"` of a name |
/// | `bad_value` | the place of a missing value; a wrong letter of `true`, `false` or `null` |
/// | | a control character in a string; a wrong escape |
/// | `bad_number` | its first wrong byte; the begin of one that no double can hold (1e309) |
/// | `bad_utf8` | the first byte of an ill-formed sequence; the `\` of half a surrogate pair |
/// | `too_deep` | the `{` or `[` beyond `max_depth` |
/// | `wrong_type` | the value, if it is not the object or array that is asked for |
class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept
      : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

  /// Without a code if there is none.
  [[nodiscard]] const ParseError& error() const noexcept { return error_; }
  [[nodiscard]] bool failed() const noexcept { return bool(error_); }

  /// The first character of the next value; NUL at the end.
  char peek() noexcept;

  /// Reads any value, with all that is in it.
  bool read(Value& value) noexcept;

  /// Enters an object; its members are then read one by one.
  bool enter_object() noexcept { return enter('{'); }
  /// Reads the name of the next member; the next call must read its value. False: the object has
  /// ended.
  bool next_member(Value& name) noexcept;

  /// Enters an array; its elements are then read one by one.
  bool enter_array() noexcept { return enter('['); }
  /// Whether there is another element, which the next call must then read.
  bool next_element() noexcept;

  /// Whether only white space remains.
  bool finish() noexcept;

  /// Records an error of something that was read, at a place of the text.
  bool fail(ErrorCode code, const char* place) noexcept;

  /// The current place: behind what was read last.
  [[nodiscard]] const char* place() const noexcept { return at_; }

 private:
  bool fail_here(ErrorCode code) noexcept;
  void skip_space() noexcept;
  bool enter(char opening) noexcept;
  bool next(char closing) noexcept;
  bool skip_string(bool& has_escapes) noexcept;
  bool skip_odd_string(bool& has_escapes) noexcept;
  bool skip_escape() noexcept;
  bool skip_sequences() noexcept;
  bool skip_number() noexcept;
  bool skip_digits() noexcept;
  bool skip_word(std::string_view word) noexcept;
  bool skip_name() noexcept;
  bool skip_scalar(Value& value) noexcept;
  bool skip_nested() noexcept;

  const char* begin_;
  const char* at_;
  const char* end_;
  ParseError error_;
  std::size_t depth_ = 0;
  bool is_first_ = true;
};

}  // namespace baton::json
