// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "text/chars.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

/// Classifies the characters of lists of `key=value`, 64 at a time. `plain::classify` is the
/// reference; tests compare the others with it.
namespace baton::detail {

inline constexpr std::size_t window_size = 64;

/// Bit i: what character i is. Clear beyond the end of the text.
struct Window {
  std::uint64_t keys;  // may be part of a key
  std::uint64_t equals;
  std::uint64_t commas;
  std::uint64_t odd;  // neither `=`, nor a comma, nor part of a value
  friend bool operator==(const Window&, const Window&) = default;
};

/// std::popcount is a call into a library if not every processor has the instruction.
constexpr std::size_t count_bits(std::uint64_t bits) noexcept {
  bits -= bits >> 1U & 0x5555555555555555U;
  bits = (bits & 0x3333333333333333U) + (bits >> 2U & 0x3333333333333333U);
  bits = (bits + (bits >> 4U)) & 0x0f0f0f0f0f0f0f0fU;
  return static_cast<std::size_t>(bits * 0x0101010101010101U >> 56U);
}

/// The characters of baggage.
struct BaggageList {
  static constexpr const Charset& key_chars = token_chars;
  static constexpr const Charset& value_chars = baggage_octets;
};

/// The characters of tracestate.
struct TraceStateList {
  static constexpr const Charset& key_chars = tracestate_key_chars;
  static constexpr const Charset& value_chars = tracestate_value_chars;
};

/// All that a plain list is made of.
template <class List>
inline constexpr Charset plain_chars = List::value_chars + Charset("=,");

namespace plain {

template <class List>
constexpr Window classify(std::string_view text) noexcept {
  Window window{};
  for (std::size_t i = 0; i < std::min(text.size(), window_size); ++i) {
    window.keys |= std::uint64_t{List::key_chars.contains(text[i])} << i;
    window.equals |= std::uint64_t{text[i] == '='} << i;
    window.commas |= std::uint64_t{text[i] == ','} << i;
    window.odd |= std::uint64_t{!plain_chars<List>.contains(text[i])} << i;
  }
  return window;
}

}  // namespace plain

#if defined(__SSE2__)

/// A text that is shorter than what is read at once.
template <std::size_t size>
struct Padded {
  explicit Padded(std::string_view from) noexcept { std::memcpy(text, from.data(), from.size()); }
  char text[size] = {};
};

namespace sse2 {

inline __m128i is(__m128i text, char c) noexcept { return _mm_cmpeq_epi8(text, _mm_set1_epi8(c)); }

/// The comparison is signed: `first` becomes the least number, so that one comparison is enough.
inline __m128i is_between(__m128i text, char first, char last) noexcept {
  return _mm_cmplt_epi8(_mm_add_epi8(text, _mm_set1_epi8(static_cast<char>(-128 - first))),
                        _mm_set1_epi8(static_cast<char>(-127 + last - first)));
}

template <class... Masks>
__m128i any(__m128i mask, Masks... others) noexcept {
  ((mask = _mm_or_si128(mask, others)), ...);
  return mask;
}

/// `known` is everything but the odd characters.
template <class List>
void masks(__m128i text, __m128i& key, __m128i& known) noexcept;

template <>
inline void masks<BaggageList>(__m128i text, __m128i& key, __m128i& known) noexcept {
  known = _mm_andnot_si128(any(is(text, '"'), is(text, ';'), is(text, '\\')),
                           is_between(text, 0x21, 0x7e));
  // `[` and `{`, and `]` and `}`, differ only in bit 5; `(` and `)` only in bit 0.
  const __m128i folded = _mm_or_si128(text, _mm_set1_epi8(0x20));
  const __m128i paired = _mm_or_si128(text, _mm_set1_epi8(0x01));
  key = _mm_andnot_si128(any(is(paired, ')'), is(text, ','), is(text, '/'), is(folded, '{'),
                             is(folded, '}'), is_between(text, ':', '@')),
                         known);
}

template <>
inline void masks<TraceStateList>(__m128i text, __m128i& key, __m128i& known) noexcept {
  known = is_between(text, 0x20, 0x7e);
  key = any(is_between(text, 'a', 'z'), is_between(text, '/', '9'), is(text, '_'), is(text, '-'),
            is(text, '*'), is(text, '@'));
}

/// Adds 16 characters as the bits from `at` on, without those of the first `skipped`.
template <class List>
[[gnu::always_inline]] inline void add(Window& window, const char* from, unsigned skipped,
                                       unsigned at) noexcept {
  const auto bits = [=](__m128i mask) {
    return std::uint64_t{static_cast<unsigned>(_mm_movemask_epi8(mask)) >> skipped} << at;
  };
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  __m128i key;
  __m128i known;
  masks<List>(text, key, known);
  window.keys |= bits(key);
  window.equals |= bits(is(text, '='));
  window.commas |= bits(is(text, ','));
  window.odd |= bits(_mm_xor_si128(known, _mm_set1_epi8(-1)));
}

template <class List>
[[gnu::always_inline]] inline Window classify_one(std::string_view text) noexcept {
  Window window{};
  const char* const from = text.data();
  if (text.size() >= window_size) {
    for (unsigned at = 0; at < window_size; at += 16) add<List>(window, from + at, 0, at);
    return window;
  }
  const auto size = static_cast<unsigned>(text.size());
  if (size < 16) {
    add<List>(window, Padded<16>(text).text, 0, 0);
    window.odd &= (std::uint64_t{1} << size) - 1;
    return window;
  }
  // The last block begins within the one before it.
  for (unsigned at = 0; at < size; at += 16) {
    const unsigned skipped = at + 16 <= size ? 0 : at + 16 - size;
    add<List>(window, from + at - skipped, skipped, at);
  }
  return window;
}

template <class List>
void classify(std::string_view text, Window* windows) noexcept {
  for (std::size_t at = 0; at < text.size(); at += window_size) {
    *windows++ = classify_one<List>(text.substr(at));
  }
}

}  // namespace sse2

namespace avx2 {

/// A class as a table: byte `c % 16`, bit `c / 16`, for every ASCII character `c`.
constexpr std::array<std::uint8_t, 16> table_of(const Charset& set) noexcept {
  std::array<std::uint8_t, 16> table{};
  for (unsigned c = 0; c < 128; ++c) {
    if (set.contains(static_cast<char>(c))) {
      table[c % 16] = static_cast<std::uint8_t>(table[c % 16] | 1U << c / 16);
    }
  }
  return table;
}

template <class List>
alignas(16) inline constexpr auto key_table = table_of(List::key_chars);
template <class List>
alignas(16) inline constexpr auto plain_table = table_of(plain_chars<List>);
/// The bit of `c / 16`. No entry of a table equals that of characters beyond ASCII.
alignas(16) inline constexpr std::array<std::uint8_t, 16> bit_table = {
    1, 2, 4, 8, 16, 32, 64, 128, 255, 255, 255, 255, 255, 255, 255, 255};

[[gnu::target("avx2"), gnu::always_inline]] inline __m256i look_up(
    const std::array<std::uint8_t, 16>& table, __m256i at) noexcept {
  const __m128i half = _mm_load_si128(reinterpret_cast<const __m128i*>(table.data()));
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(half), at);
}

[[gnu::target("avx2"), gnu::always_inline]] inline std::uint64_t equal(__m256i a,
                                                                       __m256i b) noexcept {
  return static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b)));
}

/// Adds 32 characters as the bits from `at` on, without those of the first `skipped`.
template <class List>
[[gnu::target("avx2"), gnu::always_inline]] inline void add(Window& window, const char* from,
                                                            unsigned skipped,
                                                            unsigned at) noexcept {
  const __m256i text = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(text, 4), _mm256_set1_epi8(15));
  const __m256i bit = look_up(bit_table, high);
  const __m256i key = _mm256_and_si256(look_up(key_table<List>, text), bit);
  const __m256i known = _mm256_and_si256(look_up(plain_table<List>, text), bit);
  window.keys |= equal(key, bit) >> skipped << at;
  window.equals |= equal(text, _mm256_set1_epi8('=')) >> skipped << at;
  window.commas |= equal(text, _mm256_set1_epi8(',')) >> skipped << at;
  window.odd |= (equal(known, bit) ^ 0xffffffffU) >> skipped << at;
}

template <class List>
[[gnu::target("avx2"), gnu::always_inline]] inline Window classify_one(
    std::string_view text) noexcept {
  Window window{};
  const char* const from = text.data();
  if (text.size() >= window_size) {
    add<List>(window, from, 0, 0);
    add<List>(window, from + 32, 0, 32);
    return window;
  }
  const auto size = static_cast<unsigned>(text.size());
  if (size < 32) {
    add<List>(window, Padded<32>(text).text, 0, 0);
    window.odd &= (std::uint64_t{1} << size) - 1;
    return window;
  }
  add<List>(window, from, 0, 0);
  // The second block begins within the first one.
  if (size > 32) add<List>(window, from + size - 32, 64 - size, 32);
  return window;
}

template <class List>
[[gnu::target("avx2")]] void classify(std::string_view text, Window* windows) noexcept {
  for (std::size_t at = 0; at < text.size(); at += window_size) {
    *windows++ = classify_one<List>(text.substr(at));
  }
}

}  // namespace avx2

/// Writes a window for each 64 characters of the text, and one for the rest.
template <class List>
void classify(std::string_view text, Window* windows) noexcept {
  if (__builtin_cpu_supports("avx2")) {
    avx2::classify<List>(text, windows);
  } else {
    sse2::classify<List>(text, windows);
  }
}

#endif

}  // namespace baton::detail
