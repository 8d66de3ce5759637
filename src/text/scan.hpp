// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "text/chars.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Reads lists of `key=value`: classifies 64 characters at once, and then visits only those that
/// end something. `plain::classify` is the reference, and is used if there is no SSE2; tests and a
/// fuzz target compare the two.
namespace baton::detail {

/// Bit i: character i may be part of a key, or of a value. Clear beyond the end of the text.
struct Classes {
  std::uint64_t keys = 0;
  std::uint64_t values = 0;
  friend bool operator==(const Classes&, const Classes&) = default;
};

inline constexpr std::size_t window_size = 64;

namespace plain {

template <class List>
constexpr Classes classify(std::string_view text) noexcept {
  Classes classes;
  for (std::size_t i = 0; i < std::min(text.size(), window_size); ++i) {
    classes.keys |= std::uint64_t{List::key_chars.contains(text[i])} << i;
    classes.values |= std::uint64_t{List::value_chars.contains(text[i])} << i;
  }
  return classes;
}

}  // namespace plain

#if defined(__SSE2__)

namespace sse2 {

inline __m128i is(__m128i text, char c) noexcept { return _mm_cmpeq_epi8(text, _mm_set1_epi8(c)); }

/// The comparison is signed, so bytes beyond ASCII are below all others. `last` is at most 0x7e.
inline __m128i is_between(__m128i text, char first, char last) noexcept {
  return _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8(static_cast<char>(first - 1))),
                       _mm_cmplt_epi8(text, _mm_set1_epi8(static_cast<char>(last + 1))));
}

template <class... Masks>
__m128i any(__m128i mask, Masks... others) noexcept {
  ((mask = _mm_or_si128(mask, others)), ...);
  return mask;
}

}  // namespace sse2

#endif

/// The characters of baggage, as classes and as masks.
struct BaggageList {
  static constexpr const Charset& key_chars = token_chars;
  static constexpr const Charset& value_chars = baggage_octets;

#if defined(__SSE2__)
  static void masks(__m128i text, __m128i& key, __m128i& value) noexcept {
    using sse2::is;
    using sse2::is_between;
    value = _mm_andnot_si128(sse2::any(is(text, '"'), is(text, ','), is(text, ';'), is(text, '\\')),
                             is_between(text, 0x21, 0x7e));
    // `[` and `{`, and `]` and `}`, differ only in bit 5; `(` and `)` only in bit 0.
    const __m128i folded = _mm_or_si128(text, _mm_set1_epi8(0x20));
    const __m128i paired = _mm_or_si128(text, _mm_set1_epi8(0x01));
    key = _mm_andnot_si128(sse2::any(is(paired, ')'), is(text, '/'), is_between(text, ':', '@'),
                                     is(folded, '{'), is(folded, '}')),
                           value);
  }
#endif
};

/// The characters of tracestate, as classes and as masks.
struct TraceStateList {
  static constexpr const Charset& key_chars = tracestate_key_chars;
  static constexpr const Charset& value_chars = tracestate_value_chars;

#if defined(__SSE2__)
  static void masks(__m128i text, __m128i& key, __m128i& value) noexcept {
    using sse2::is;
    using sse2::is_between;
    value = _mm_andnot_si128(sse2::any(is(text, ','), is(text, '=')), is_between(text, 0x20, 0x7e));
    key = sse2::any(is_between(text, 'a', 'z'), is_between(text, '0', '9'), is(text, '_'),
                    is(text, '-'), is(text, '*'), is(text, '/'), is(text, '@'));
  }
#endif
};

#if defined(__SSE2__)

template <class List>
Classes classify(std::string_view text) noexcept {
  Classes classes;
  const auto add = [&classes](const char* from, unsigned missing, std::size_t at) {
    __m128i key;
    __m128i value;
    List::masks(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), key, value);
    const auto bits = [=](__m128i mask) {
      return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask)) >> missing)
             << at;
    };
    classes.keys |= bits(key);
    classes.values |= bits(value);
  };

  const std::size_t size = std::min(text.size(), window_size);
  std::size_t at = 0;
  for (; at + 16 <= size; at += 16) add(text.data() + at, 0, at);
  if (at == size) return classes;
  // Reads the rest together with bytes before it, and shifts those out.
  const auto missing = static_cast<unsigned>(at + 16 - size);
  if (at != 0) {
    add(text.data() + at - missing, missing, at);
  } else {
    char padded[16] = {};
    std::memcpy(padded, text.data(), size);
    add(padded, 0, 0);
  }
  return classes;
}

#else

using plain::classify;

#endif

/// The ends of a key and its value.
struct Pair {
  const char* key_end;
  const char* value_end;
};

/// Recognizes the plain members of a list: only `key=value` before the next comma or the end. It
/// does not decide about other members.
template <class List>
class PairScanner {
 public:
  explicit PairScanner(std::string_view text) noexcept
      : window_(text.data()), end_(text.data() + text.size()) {}

  /// Reads the member that begins at `p`, which must not be before an earlier one.
  bool read(const char* p, Pair& pair) noexcept {
    if (p - window_ >= static_cast<std::ptrdiff_t>(size_)) load(p);
    for (;;) {
      const auto at = static_cast<unsigned>(p - window_);
      const unsigned key_end = at + static_cast<unsigned>(std::countr_one(classes_.keys >> at));
      if (key_end < size_ && window_[key_end] != '=') return false;
      if (key_end + 1 < size_) {
        const unsigned value_end =
            key_end + 1 + static_cast<unsigned>(std::countr_one(classes_.values >> (key_end + 1)));
        pair = {window_ + key_end, window_ + value_end};
        if (value_end < size_) return window_[value_end] == ',';
        if (pair.value_end == end_) return true;
      }
      // The window cuts the member off. A longer member is not plain, and neither is an odd end.
      if (at == 0 || window_ + size_ == end_) return false;
      load(p);
    }
  }

 private:
  [[gnu::noinline]] void load(const char* p) noexcept {
    window_ = p;
    const std::string_view rest(p, static_cast<std::size_t>(end_ - p));
    size_ = static_cast<unsigned>(std::min(rest.size(), window_size));
    classes_ = classify<List>(rest);
  }

  const char* window_;
  const char* end_;
  unsigned size_ = 0;
  Classes classes_;
};

}  // namespace baton::detail
