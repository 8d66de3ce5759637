// SPDX-License-Identifier: Apache-2.0
#include "json/scanner.hpp"

#include <algorithm>

#include "json/number.hpp"
#include "json/plain_text.hpp"
#include "json/unit.hpp"
#include "text/chars.hpp"
#include "text/utf8.hpp"

namespace baton::json {
namespace {

constexpr detail::Charset white_space{" \t\n\r"};
constexpr detail::Charset escapes{"\"\\/bfnrt"};
constexpr detail::Charset hex_digits =
    detail::digits + detail::Charset::range('a', 'f') + detail::Charset::range('A', 'F');
constexpr detail::Charset value_starts = detail::digits + detail::Charset("\"{[-tfn");

constexpr std::size_t size_of_unit = 6;  // \uXXXX

/// Which of the open levels are objects. The last 64 are in one word.
class Levels {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool in_object() const noexcept { return (last_ & 1) != 0; }
  [[nodiscard]] char closing() const noexcept { return in_object() ? '}' : ']'; }

  void push(bool is_object) noexcept {
    if (size_ % word == 0) before_[size_ / word] = last_;
    last_ = last_ << 1 | std::uint64_t{is_object};
    ++size_;
  }
  void pop() noexcept {
    --size_;
    last_ = size_ % word == 0 ? before_[size_ / word] : last_ >> 1;
  }

 private:
  static constexpr std::size_t word = 64;

  std::uint64_t before_[max_depth / word];
  std::uint64_t last_ = 0;
  std::size_t size_ = 0;
};

}  // namespace

bool Scanner::fail(ErrorCode code, const char* place) noexcept {
  if (!failed()) error_ = {code, static_cast<std::size_t>(place - begin_)};
  at_ = end_;
  return false;
}

bool Scanner::fail_here(ErrorCode code) noexcept {
  return fail(at_ == end_ ? ErrorCode::too_short : code, at_);
}

[[gnu::always_inline]] inline void Scanner::skip_space() noexcept {
  // Usually there is one space, or none.
  if (at_ != end_ && *at_ == ' ') ++at_;
  if (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ') at_ = white_space.skip(at_, end_);
}

// Most strings are plain and short.
[[gnu::always_inline]] inline bool Scanner::skip_string(bool& has_escapes) noexcept {
  at_ = find_special(at_ + 1, end_);
  if (at_ == end_ || *at_ != '"') return skip_odd_string(has_escapes);
  ++at_;
  return true;
}

[[gnu::always_inline]] inline bool Scanner::skip_word(std::string_view word) noexcept {
  if (static_cast<std::size_t>(end_ - at_) >= word.size() &&
      std::string_view(at_, word.size()) == word) {
    at_ += word.size();
    return true;
  }
  at_ = std::mismatch(at_, end_, word.begin(), word.end()).first;
  return fail_here(ErrorCode::bad_value);
}

[[gnu::always_inline]] inline bool Scanner::skip_scalar(Value& value) noexcept {
  value.has_escapes = false;
  if (at_ == end_) return fail_here(ErrorCode::too_short);
  switch (*at_) {
    case '"': value.type = Type::string; return skip_string(value.has_escapes);
    case 't': value.type = Type::boolean; return skip_word("true");
    case 'f': value.type = Type::boolean; return skip_word("false");
    case 'n': value.type = Type::null; return skip_word("null");
    default: break;
  }
  if (!value_starts.contains(*at_)) return fail_here(ErrorCode::bad_value);
  value.type = Type::number;
  return skip_number();
}

[[gnu::always_inline]] inline bool Scanner::skip_name() noexcept {
  bool has_escapes = false;
  skip_space();
  if (at_ == end_ || *at_ != '"') return fail_here(ErrorCode::bad_key);
  if (!skip_string(has_escapes)) return false;
  skip_space();
  if (at_ == end_ || *at_ != ':') return fail_here(ErrorCode::bad_delimiter);
  ++at_;
  return true;
}

char Scanner::peek() noexcept {
  skip_space();
  return at_ == end_ ? '\0' : *at_;
}

bool Scanner::enter(char opening) noexcept {
  if (peek() != opening) {
    return fail_here(at_ != end_ && value_starts.contains(*at_) ? ErrorCode::wrong_type
                                                                : ErrorCode::bad_value);
  }
  if (depth_ == max_depth) return fail_here(ErrorCode::too_deep);
  ++depth_;
  ++at_;
  is_first_ = true;
  return true;
}

[[gnu::always_inline]] inline bool Scanner::next(char closing) noexcept {
  skip_space();
  if (at_ == end_) return fail_here(ErrorCode::too_short);
  if (*at_ == closing) {
    ++at_;
    --depth_;
    is_first_ = false;
    return false;
  }
  if (!is_first_) {
    if (*at_ != ',') return fail_here(ErrorCode::bad_delimiter);
    ++at_;
    skip_space();
  }
  is_first_ = false;
  return true;
}

bool Scanner::next_member(Value& name) noexcept {
  if (!next('}')) return false;
  const char* const begin = at_;
  name.type = Type::string;
  name.has_escapes = false;
  if (at_ == end_ || *at_ != '"') return fail_here(ErrorCode::bad_key);
  if (!skip_string(name.has_escapes)) return false;
  name.text = {begin, static_cast<std::size_t>(at_ - begin)};
  skip_space();
  if (at_ == end_ || *at_ != ':') return fail_here(ErrorCode::bad_delimiter);
  ++at_;
  return true;
}

bool Scanner::next_element() noexcept { return next(']'); }

bool Scanner::finish() noexcept {
  if (failed()) return false;
  skip_space();
  return at_ == end_ || fail(ErrorCode::too_long, at_);
}

bool Scanner::read(Value& value) noexcept {
  skip_space();
  const char* const begin = at_;
  if (at_ != end_ && (*at_ == '{' || *at_ == '[')) {
    value.type = *at_ == '{' ? Type::object : Type::array;
    value.has_escapes = false;
    if (!skip_nested()) return false;
  } else if (!skip_scalar(value)) {
    return false;
  }
  value.text = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool Scanner::skip_odd_string(bool& has_escapes) noexcept {
  for (;; at_ = find_special(at_, end_)) {
    if (at_ == end_) return fail_here(ErrorCode::too_short);
    if (*at_ == '"') {
      ++at_;
      return true;
    }
    if (*at_ == '\\') {
      has_escapes = true;
      if (!skip_escape()) return false;
    } else if (static_cast<unsigned char>(*at_) < 0x80) {
      return fail_here(ErrorCode::bad_value);
    } else if (!skip_sequences()) {
      return false;
    }
  }
}

bool Scanner::skip_escape() noexcept {
  const char* const begin = at_;
  ++at_;
  if (at_ == end_ || *at_ != 'u') {
    if (at_ == end_ || !escapes.contains(*at_)) return fail_here(ErrorCode::bad_value);
    ++at_;
    return true;
  }
  const auto skip_unit = [this] {
    for (std::size_t i = 2; i < size_of_unit; ++i, ++at_) {
      if (at_ == end_ || !hex_digits.contains(*at_)) return fail_here(ErrorCode::bad_value);
    }
    return true;
  };
  ++at_;
  if (!skip_unit()) return false;
  const char32_t unit = unit_at(begin);
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  // A high surrogate, and the low one right behind it.
  if (unit > 0xDBFF) return fail(ErrorCode::bad_utf8, begin);
  const char* const second = at_;
  for (const char c : {'\\', 'u'}) {
    if (at_ == end_) return fail_here(ErrorCode::too_short);
    if (*at_ != c) return fail(ErrorCode::bad_utf8, begin);
    ++at_;
  }
  if (!skip_unit()) return false;
  const char32_t low = unit_at(second);
  return (low >= 0xDC00 && low <= 0xDFFF) || fail(ErrorCode::bad_utf8, begin);
}

bool Scanner::skip_sequences() noexcept {
  while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x80) {
    const auto [size, is_whole] =
        detail::utf8::first_piece({at_, static_cast<std::size_t>(end_ - at_)});
    if (!is_whole) {
      const bool is_cut = at_ + size == end_ &&
                          detail::utf8::sequence_of(static_cast<unsigned char>(*at_)).length != 0;
      return is_cut ? fail(ErrorCode::too_short, end_) : fail_here(ErrorCode::bad_utf8);
    }
    at_ += size;
  }
  return true;
}

bool Scanner::skip_digits() noexcept {
  if (at_ == end_ || !detail::digits.contains(*at_)) return fail_here(ErrorCode::bad_number);
  at_ = detail::digits.skip(at_, end_);
  return true;
}

bool Scanner::skip_number() noexcept {
  const char* const begin = at_;
  const auto is_at = [this](char c) { return at_ != end_ && *at_ == c; };
  if (is_at('-')) ++at_;
  if (is_at('0')) {
    ++at_;
    if (at_ != end_ && detail::digits.contains(*at_)) return fail_here(ErrorCode::bad_number);
  } else if (!skip_digits()) {
    return false;
  }
  if (is_at('.')) {
    ++at_;
    if (!skip_digits()) return false;
  }
  const bool has_exponent = is_at('e') || is_at('E');
  if (has_exponent) {
    ++at_;
    if (is_at('+') || is_at('-')) ++at_;
    if (!skip_digits()) return false;
  }
  const std::string_view number(begin, static_cast<std::size_t>(at_ - begin));
  const bool is_small = !has_exponent && number.size() < double_range::largest_exponent;
  return is_small || fits_double(number) || fail(ErrorCode::bad_number, begin);
}

bool Scanner::skip_nested() noexcept {
  Levels open;
  Value scalar;
  do {
    // Before a value.
    skip_space();
    if (at_ != end_ && (*at_ == '{' || *at_ == '[')) {
      if (depth_ + open.size() == max_depth) return fail_here(ErrorCode::too_deep);
      open.push(*at_ == '{');
      ++at_;
      skip_space();
      const bool is_empty = at_ != end_ && *at_ == open.closing();
      if (!is_empty) {
        if (open.in_object() && !skip_name()) return false;
        continue;
      }
    } else if (!skip_scalar(scalar)) {
      return false;
    }
    // Behind a value, or at the end of an empty object or array.
    for (; open.size() != 0; open.pop()) {
      skip_space();
      if (at_ == end_) return fail_here(ErrorCode::too_short);
      if (*at_ == ',') break;
      if (*at_ != open.closing()) return fail_here(ErrorCode::bad_delimiter);
      ++at_;
    }
    if (open.size() != 0) {
      ++at_;
      if (open.in_object() && !skip_name()) return false;
    }
  } while (open.size() != 0);
  return true;
}

}  // namespace baton::json
