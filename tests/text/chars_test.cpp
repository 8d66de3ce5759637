// SPDX-License-Identifier: Apache-2.0
#include "text/chars.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/fields.hpp"

namespace baton::detail {
namespace {

// The classes as in the specifications, character by character.
constexpr std::string_view digit_list = "0123456789";
constexpr std::string_view lower_list = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper_list = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view token_punctuation = "!#$%&'*+-.^_`|~";
constexpr std::string_view baggage_octet_punctuation = "!#$%&'()*+-./:<=>?@[]^_`{|}~";
constexpr std::string_view tracestate_value_punctuation = " !\"#$%&'()*+-./:;<>?@[\\]^_`{|}~";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

void expect_exactly(const Charset& set, std::string_view members) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_member = members.find(c) != std::string_view::npos;
    EXPECT_EQ(set.contains(c), is_member) << "byte " << byte;
    const std::string text(1, c);
    EXPECT_EQ(set.find_outside(text), is_member ? 1U : 0U) << "byte " << byte;
  }
}

TEST(CharsetTest, Digits) { expect_exactly(digits, digit_list); }
TEST(CharsetTest, LowerLetters) { expect_exactly(lower_letters, lower_list); }
TEST(CharsetTest, UpperLetters) { expect_exactly(upper_letters, upper_list); }
// Those of the library are all made by the compiler.
TEST(CharsetTest, OneThatIsMadeAtRunTimeIsTheSame) {
  const std::string two = "bc";
  const std::string_view some = two;
  const char first = some.front();
  expect_exactly(Charset(some), "bc");
  expect_exactly(Charset::range(first, 'd'), "bcd");
  expect_exactly(Charset::range('\xFE', '\xFF'), "\xFE\xFF");
  expect_exactly(Charset(some) + Charset("cx"), "bcx");
  expect_exactly(Charset(some) - Charset("cx"), "b");
}
TEST(CharsetTest, OptionalSpace) { expect_exactly(optional_space, " \t"); }

TEST(CharsetTest, TokenChars) {
  expect_exactly(token_chars, joined({digit_list, lower_list, upper_list, token_punctuation}));
}

TEST(CharsetTest, BaggageOctets) {
  const std::string all = joined({digit_list, lower_list, upper_list, baggage_octet_punctuation});
  expect_exactly(baggage_octets, all);
  EXPECT_EQ(all.size(), 0x7eU - 0x21U + 1 - 4);
}

TEST(CharsetTest, UnescapedBaggageOctetsAreAllButPercent) {
  std::string all = joined({digit_list, lower_list, upper_list, baggage_octet_punctuation});
  std::erase(all, '%');
  expect_exactly(unescaped_baggage_octets, all);
}

TEST(CharsetTest, TraceStateKey) {
  expect_exactly(tracestate_key_start, joined({digit_list, lower_list}));
  expect_exactly(tracestate_key_chars, joined({digit_list, lower_list, "_-*/@"}));
}

TEST(CharsetTest, TraceStateValue) {
  const std::string all =
      joined({digit_list, lower_list, upper_list, tracestate_value_punctuation});
  expect_exactly(tracestate_value_chars, all);
  EXPECT_EQ(all.size(), 0x7eU - 0x20U + 1 - 2);
}

TEST(CharsetTest, FindOutsideGivesTheFirst) {
  EXPECT_EQ(digits.find_outside(""), 0U);
  EXPECT_EQ(digits.find_outside("123"), 3U);
  EXPECT_EQ(digits.find_outside("12a4b"), 2U);
  for (std::size_t size = 0; size <= 13; ++size) {
    for (std::size_t place = 0; place <= size; ++place) {
      std::string text(size, '0');
      for (std::size_t i = place; i < size; ++i) text[i] = 'a';
      EXPECT_EQ(digits.find_outside(test::ExactText(text).view()), place) << text;
      if (place < size) text.replace(place + 1, size, size - place - 1, '1');
      EXPECT_EQ(digits.find_outside(test::ExactText(text).view()), place) << text;
    }
  }
}

TEST(CharsetTest, TrimTakesSpacesAndTabsAndNothingElse) {
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(test::ExactText(" \t \t").view()), "");
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string text = {c, 'x', c};
    EXPECT_EQ(trim(text), c == ' ' || c == '\t' ? "x" : text) << "byte " << byte;
  }
}

TEST(AsciiPrefixTest, StartsWithAPrefixOfAnyCase) {
  for (const std::string_view text : {"uberctx-", "UberCtx-a", "UBERCTX-"}) {
    EXPECT_TRUE(starts_with_ignoring_case(text, "uberctx-")) << text;
  }
  for (const std::string_view text : {"", "uberctx", "xberctx-", "uberctx_a", " uberctx-"}) {
    EXPECT_FALSE(starts_with_ignoring_case(text, "uberctx-")) << text;
  }
}

}  // namespace
}  // namespace baton::detail
