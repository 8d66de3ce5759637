// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "baton/detail/ascii.hpp"

/// Character classes, composed as in the grammars that name them.
namespace baton::detail {

class Charset {
 public:
  constexpr Charset() noexcept = default;
  constexpr explicit Charset(std::string_view characters) noexcept {
    for (const char c : characters) contains_[static_cast<unsigned char>(c)] = true;
  }

  /// All characters from `first` to `last`, inclusive.
  static constexpr Charset range(char first, char last) noexcept {
    Charset set;
    for (int c = static_cast<unsigned char>(first); c <= static_cast<unsigned char>(last); ++c) {
      set.contains_[static_cast<std::size_t>(c)] = true;
    }
    return set;
  }

  friend constexpr Charset operator+(Charset a, const Charset& b) noexcept {
    for (std::size_t c = 0; c < 256; ++c) a.contains_[c] = a.contains_[c] || b.contains_[c];
    return a;
  }
  friend constexpr Charset operator-(Charset a, const Charset& b) noexcept {
    for (std::size_t c = 0; c < 256; ++c) a.contains_[c] = a.contains_[c] && !b.contains_[c];
    return a;
  }

  [[nodiscard]] constexpr bool contains(char c) const noexcept {
    return contains_[static_cast<unsigned char>(c)];
  }

  /// The first character in [first, last) that is not of this class, or `last`.
  [[nodiscard]] constexpr const char* skip(const char* first, const char* last) const noexcept {
    for (; last - first >= 4; first += 4) {
      if (!contains(first[0])) return first;
      if (!contains(first[1])) return first + 1;
      if (!contains(first[2])) return first + 2;
      if (!contains(first[3])) return first + 3;
    }
    while (first != last && contains(*first)) ++first;
    return first;
  }

  /// The index of the first character that is not of this class, or the text's size.
  [[nodiscard]] constexpr std::size_t find_outside(std::string_view text) const noexcept {
    return static_cast<std::size_t>(skip(text.data(), text.data() + text.size()) - text.data());
  }

 private:
  std::array<bool, 256> contains_{};
};

inline constexpr Charset digits = Charset::range('0', '9');
inline constexpr Charset lower_letters = Charset::range('a', 'z');
inline constexpr Charset upper_letters = Charset::range('A', 'Z');
inline constexpr Charset letters_and_digits = digits + lower_letters + upper_letters;

/// US-ASCII without controls.
inline constexpr Charset printable = Charset::range(0x20, 0x7e);

/// OWS = *( SP / HTAB ), RFC 7230 §3.2.3.
inline constexpr Charset optional_space{" \t"};

/// The characters between the members of a list, some of which may be empty.
inline constexpr Charset list_separators = optional_space + Charset(",");

/// tchar, RFC 7230 §3.2.6: the characters of baggage keys.
inline constexpr Charset token_chars = letters_and_digits + Charset(token_marks);

/// baggage-octet: US-ASCII without controls, white space, `"`, `,`, `;` and `\`.
inline constexpr Charset baggage_octets = printable - Charset(" \",;\\");

/// The characters of baggage-octet that may be sent as they are: all but the escape character.
inline constexpr Charset unescaped_baggage_octets = baggage_octets - Charset("%");

/// unreserved, RFC 3986 §2.3: what every reader of percent-encoding accepts unencoded.
inline constexpr Charset unreserved = letters_and_digits + Charset("-._~");

/// Trace Context Level 2, §3.3.1.3.1: the first character of a tracestate key, and the others.
inline constexpr Charset tracestate_key_start = digits + lower_letters;
inline constexpr Charset tracestate_key_chars = tracestate_key_start + Charset("_-*/@");

/// Trace Context Level 2, §3.3.1.3.2: chr = 0x20 / nblk-chr.
inline constexpr Charset tracestate_value_chars = printable - Charset(",=");

/// `text` without the spaces and tabs around it.
constexpr std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && optional_space.contains(text.front())) text.remove_prefix(1);
  while (!text.empty() && optional_space.contains(text.back())) text.remove_suffix(1);
  return text;
}

constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
  return equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

}  // namespace baton::detail
