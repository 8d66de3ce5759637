// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__) && defined(__x86_64__)
#include <emmintrin.h>
#endif

/// Converts 16 lowercase hexadecimal digits to a number and back. `plain` is the reference, and is
/// used if there is no faster twin; tests and a fuzz target compare the two.
namespace baton::detail::hex {

inline constexpr int bad = -1;

/// The value of a lowercase digit, or `bad`.
constexpr int digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return bad;
}

/// The value of a digit in either case, or `bad`.
constexpr int digit_of_any_case(char c) noexcept {
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : digit(c);
}

/// What `convert16` returns if all characters are digits.
inline constexpr unsigned all_digits = 0xFFFF;

constexpr char to_char(unsigned nibble) noexcept { return "0123456789abcdef"[nibble & 0xFU]; }

namespace plain {

/// Reads 16 digits. Returns which characters are digits, the first one as the lowest bit; the value
/// is of use only if all are.
constexpr unsigned convert16(const char* digits, std::uint64_t& value) noexcept {
  unsigned good = 0;
  value = 0;
  for (unsigned i = 0; i < 16; ++i) {
    const int nibble = digit(digits[i]);
    if (nibble != bad) good |= 1U << i;
    value = value << 4 | static_cast<std::uint64_t>(nibble & 0xF);
  }
  return good;
}

/// Writes 16 lowercase digits.
constexpr void encode16(std::uint64_t value, char* digits) noexcept {
  for (unsigned i = 16; i-- > 0; value >>= 4) digits[i] = to_char(static_cast<unsigned>(value));
}

}  // namespace plain

#if defined(__SSE2__) && defined(__x86_64__)

[[gnu::always_inline]] inline unsigned convert16(const char* digits,
                                                 std::uint64_t& value) noexcept {
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(digits));
  const __m128i number = _mm_sub_epi8(text, _mm_set1_epi8('0'));
  const __m128i letter = _mm_sub_epi8(text, _mm_set1_epi8('a'));
  // SSE2 has no unsigned comparison: x <= n is min(x, n) == x.
  const __m128i is_number = _mm_cmpeq_epi8(_mm_min_epu8(number, _mm_set1_epi8(9)), number);
  const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
  const __m128i nibbles =
      _mm_or_si128(_mm_and_si128(is_number, number),
                   _mm_and_si128(is_letter, _mm_add_epi8(letter, _mm_set1_epi8(10))));
  // In each 16-bit lane the first digit is the low byte: joins it with the second into one byte.
  const __m128i pairs = _mm_and_si128(
      _mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8)), _mm_set1_epi16(0xFF));
  const __m128i bytes = _mm_packus_epi16(pairs, pairs);
  value = __builtin_bswap64(static_cast<std::uint64_t>(_mm_cvtsi128_si64(bytes)));
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(is_number, is_letter)));
}

inline void encode16(std::uint64_t value, char* digits) noexcept {
  const __m128i bytes = _mm_cvtsi64_si128(static_cast<long long>(__builtin_bswap64(value)));
  const __m128i mask = _mm_set1_epi8(0x0F);
  const __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), mask);
  const __m128i low = _mm_and_si128(bytes, mask);
  const __m128i nibbles = _mm_unpacklo_epi8(high, low);
  const __m128i letters =
      _mm_and_si128(_mm_cmpgt_epi8(nibbles, _mm_set1_epi8(9)), _mm_set1_epi8('a' - '0' - 10));
  const __m128i text = _mm_add_epi8(_mm_add_epi8(nibbles, _mm_set1_epi8('0')), letters);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(digits), text);
}

#else

using plain::convert16;
using plain::encode16;

#endif

/// Reads 16 digits. Returns the index of the first character that is not one, or 16. Sets the value
/// only if it returns 16.
inline unsigned decode16(const char* digits, std::uint64_t& value) noexcept {
  std::uint64_t converted = 0;
  const unsigned good = convert16(digits, converted);
  if (good != all_digits) return static_cast<unsigned>(std::countr_one(good));
  value = converted;
  return 16;
}

}  // namespace baton::detail::hex
