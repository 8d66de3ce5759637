// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Skips the usual characters of a string, 64 bytes at a time. `plain` is the reference, and is
/// used if there is no SSE2; tests and a fuzz target compare the two.
namespace baton::json {

/// Whether a character needs a closer look: `"`, `\`, a control character, or one beyond ASCII.
constexpr bool is_special(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

namespace plain {

/// The first special character in [first, last), or `last`.
constexpr const char* find_special(const char* first, const char* last) noexcept {
  while (first != last && !is_special(*first)) ++first;
  return first;
}

}  // namespace plain

#if defined(__SSE2__)

namespace sse2 {

/// The comparison with a space is signed, so bytes beyond ASCII are below it.
inline __m128i special(const char* at) noexcept {
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  return _mm_or_si128(_mm_cmplt_epi8(text, _mm_set1_epi8(0x20)),
                      _mm_or_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('"')),
                                   _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'))));
}

inline unsigned bits(__m128i mask) noexcept {
  return static_cast<unsigned>(_mm_movemask_epi8(mask));
}

}  // namespace sse2

inline const char* find_special(const char* first, const char* last) noexcept {
  // Most strings are short.
  for (int i = 0; i < 4 && last - first >= 16; ++i, first += 16) {
    const unsigned found = sse2::bits(sse2::special(first));
    if (found != 0) return first + std::countr_zero(found);
  }
  for (; last - first >= 64; first += 64) {
    const __m128i a = sse2::special(first);
    const __m128i b = sse2::special(first + 16);
    const __m128i c = sse2::special(first + 32);
    const __m128i d = sse2::special(first + 48);
    if (sse2::bits(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) == 0) continue;
    const std::uint64_t found = std::uint64_t{sse2::bits(a)} | std::uint64_t{sse2::bits(b)} << 16 |
                                std::uint64_t{sse2::bits(c)} << 32 |
                                std::uint64_t{sse2::bits(d)} << 48;
    return first + std::countr_zero(found);
  }
  return plain::find_special(first, last);
}

#else

using plain::find_special;

#endif

}  // namespace baton::json
