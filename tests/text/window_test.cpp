// SPDX-License-Identifier: Apache-2.0
#include "text/window.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <string_view>

#include "baton/testing/shown.hpp"
#include "support/fields.hpp"

namespace baton::detail {
namespace {

template <class List>
class WindowTest : public ::testing::Test {};

using Lists = ::testing::Types<BaggageList, TraceStateList>;
TYPED_TEST_SUITE(WindowTest, Lists);

TYPED_TEST(WindowTest, ReferenceIsBitForBitTheClasses) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const Window window = plain::classify<TypeParam>(std::string("  ") + c);
    EXPECT_EQ(window.keys >> 2U, TypeParam::key_chars.contains(c) ? 1U : 0U) << byte;
    EXPECT_EQ(window.equals >> 2U, c == '=' ? 1U : 0U) << byte;
    EXPECT_EQ(window.commas >> 2U, c == ',' ? 1U : 0U) << byte;
    const bool is_known = TypeParam::value_chars.contains(c) || c == '=' || c == ',';
    EXPECT_EQ(window.odd >> 2U, is_known ? 0U : 1U) << byte;
  }
}

#if defined(__SSE2__)

constexpr Window untouched{1, 2, 3, 4};

/// Compares both with the reference, in a buffer of exactly the text's size.
template <class List>
void check(const std::string& text) {
  const test::ExactText exact(text);
  Window windows[4] = {untouched, untouched, untouched, untouched};
  const auto compare = [&](std::string_view name) {
    std::size_t at = 0;
    for (const Window& window : windows) {
      const bool is_there = at < text.size();
      ASSERT_EQ(window, is_there ? plain::classify<List>(text.substr(at)) : untouched)
          << name << ", at " << at << " of " << testing::shown(text);
      at = is_there ? at + window_size : at;
    }
  };
  sse2::classify<List>(exact.view(), windows);
  compare("SSE2");
  if (!__builtin_cpu_supports("avx2")) return;
  for (Window& window : windows) window = untouched;
  avx2::classify<List>(exact.view(), windows);
  compare("AVX2");
}

TYPED_TEST(WindowTest, ClassifiesEveryByteAtEveryPlaceAsTheReference) {
  for (std::size_t size = 0; size <= 2 * window_size + 6; ++size) {
    check<TypeParam>(std::string(size, 'a'));
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; byte += size % 16 == 15 ? 1 : 17) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(byte);
        check<TypeParam>(text);
        if (this->HasFatalFailure()) return;
      }
    }
  }
}

#endif

TEST(CountBitsTest, CountsThem) {
  for (const std::uint64_t bits : {0x0ULL, 0x1ULL, 0x8000000000000000ULL, 0x123456789abcdefULL,
                                   0x5555555555555555ULL, 0xffffffffffffffffULL}) {
    EXPECT_EQ(count_bits(bits), static_cast<std::size_t>(std::popcount(bits))) << bits;
  }
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(count_bits(std::uint64_t{1} << i), 1U) << i;
    EXPECT_EQ(count_bits(~std::uint64_t{0} >> i), static_cast<std::size_t>(64 - i)) << i;
  }
}

}  // namespace
}  // namespace baton::detail
