// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/ascii.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace baton::detail {
namespace {

static_assert(equals_ignoring_case("TraceParent", "traceparent"));
static_assert(!equals_ignoring_case("traceparent", "tracestates"));
static_assert(is_token_character('~') && !is_token_character(':'));

bool has_control_plainly(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= '\0' && c < ' ') || static_cast<unsigned char>(c) == 127;
  });
}

TEST(Ascii, FindsControlsAmongEight) {
  // The characters beside it are those that a carry could reach.
  constexpr std::string_view others("\x20\x21\x7e\x80\x9f\xff\x00\x7f", 8);
  for (const char other : others) {
    for (std::size_t at = 0; at < 8; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(8, other);
        text[at] = static_cast<char>(byte);
        EXPECT_EQ(has_control(load<std::uint64_t>(text.data())), has_control_plainly(text))
            << "byte " << byte << " at " << at;
      }
    }
  }
}

TEST(Ascii, ComparesWithoutCaseAsThePlainTwin) {
  for (std::size_t size = 1; size <= 25; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string a(size, 'x');
      // Upper case beside it: the plain twin must then decide.
      for (const char other : {'x', 'X'}) {
        std::string b(size, other);
        for (int byte = 0; byte < 256; ++byte) {
          a[at] = static_cast<char>(byte);
          for (const int difference : {0, 0x20, 0x01, 0x80, 0xa0, 0x21}) {
            b[at] = static_cast<char>(byte ^ difference);
            ASSERT_EQ(equals_ignoring_case(a, b), plain::same_ignoring_case(a, b))
                << byte << " and " << (byte ^ difference) << " at " << at << " of " << size;
          }
        }
      }
    }
  }
}

TEST(Ascii, TextsOfTwoSizesDiffer) {
  EXPECT_FALSE(equals_ignoring_case("baggage", "baggages"));
  EXPECT_FALSE(equals_ignoring_case("baggages", "baggage"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
}

TEST(Ascii, ChangesTheCaseOfLettersAlone) {
  constexpr std::string_view lower = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::size_t in_lower = lower.find(c);
    const std::size_t in_upper = upper.find(c);
    EXPECT_EQ(to_upper(c), in_lower != lower.npos ? upper[in_lower] : c) << byte;
    EXPECT_EQ(to_lower(c), in_upper != upper.npos ? lower[in_upper] : c) << byte;
  }
}

}  // namespace
}  // namespace baton::detail
