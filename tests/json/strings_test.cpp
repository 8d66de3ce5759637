// SPDX-License-Identifier: Apache-2.0
#include "json/strings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "json/scanner.hpp"
#include "support/utf8.hpp"

namespace baton::json {
namespace {

using namespace std::string_view_literals;

TEST(JsonStringsTest, DecodeAndQuote) {
  const auto decoded = [](std::string_view inside) {
    std::string text;
    append_decoded(inside, text);
    return text;
  };
  EXPECT_EQ(decoded("plain"), "plain");
  EXPECT_EQ(decoded(R"(a\"\\\/\b\f\n\r\tz)"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(decoded(R"(\u0041\u00e9\u20AC\ud83D\uDE00\u0000)"),
            "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\0"sv);
  std::string behind = "text";
  append_decoded(R"(\n)", behind);
  EXPECT_EQ(behind, "text\n");

  const auto quoted = [](std::string_view text) {
    std::pmr::string json;
    append_quoted(text, json);
    return std::string(json);
  };
  EXPECT_EQ(quoted("a\"\\/\n\0\x7f\xC3\xA9"sv), "\"a\\\"\\\\/\\u000a\\u0000\x7f\xC3\xA9\"");
  EXPECT_EQ(quoted("\x01\x0e\x1f"), R"("\u0001\u000e\u001f")");
  EXPECT_EQ(quoted("a\xE2\x82z\xFF\xED\xA0\x80"),
            "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(quoted("\xE2\x82"), "\"\xEF\xBF\xBD\"");

  EXPECT_EQ(place_of_byte("abc", 2), 2U);
  EXPECT_EQ(place_of_byte(R"(a\nb\u20acc)", 2), 3U);
  EXPECT_EQ(place_of_byte(R"(a\nb\u20acc)", 4), 4U);
  EXPECT_EQ(place_of_byte(R"(a\nb\u20acc)", 6), 10U);
  EXPECT_EQ(place_of_byte("abc", 9), 3U);
}

/// The escape of a unit of UTF-16.
std::string escape_of(unsigned unit, std::string_view digits) {
  std::string escape = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) escape += digits[unit >> shift & 0xFU];
  return escape;
}

TEST(JsonStringsTest, EveryUnitAndTheEndsOfEveryRangeOfPairsAreDecoded) {
  const auto expect = [](const std::string& inside, char32_t c) {
    const std::string expected = test::utf8(c);
    std::string text;
    append_decoded(inside, text);
    ASSERT_EQ(text, expected) << inside;
    ASSERT_EQ(place_of_byte(inside + "x", expected.size() - 1), 0U) << inside;
    ASSERT_EQ(place_of_byte(inside + "x", expected.size()), inside.size()) << inside;
    const std::string string = '"' + inside + '"';
    Scanner scanner(string);
    Value value;
    ASSERT_TRUE(scanner.read(value) && scanner.finish()) << inside;
  };
  for (unsigned unit = 0; unit <= 0xFFFF; unit = unit == 0xD7FF ? 0xE000 : unit + 1) {
    expect(escape_of(unit, unit % 2 == 0 ? "0123456789abcdef" : "0123456789ABCDEF"), unit);
  }
  for (unsigned high = 0xD800; high <= 0xDBFF; ++high) {
    for (const unsigned low : {0xDC00U, 0xDD55U, 0xDFFFU}) {
      const char32_t c = 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00);
      expect(escape_of(high, "0123456789abcdef") + escape_of(low, "0123456789ABCDEF"), c);
    }
  }
}

}  // namespace
}  // namespace baton::json
