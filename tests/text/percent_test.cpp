// SPDX-License-Identifier: Apache-2.0
#include "text/percent.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/utf8.hpp"
#include "text/growing_text.hpp"

namespace baton::detail {
namespace {

using test::utf8;

std::string decode(std::string_view raw) {
  std::string out;
  append_percent_decoded(raw, out);
  return out;
}

std::string encode(std::string_view value) {
  std::string out;
  append_percent_encoded(value, out);
  return out;
}

std::string escape_all(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', hex[byte >> 4U], hex[byte & 0xFU]};
  }
  return out;
}

const std::string R = "\uFFFD";

std::string repeated(int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += R;
  return text;
}

TEST(PercentTest, EveryCodePointDecodesToItself) {
  for (char32_t c = 0; c <= 0x10FFFF; c = c == 0xD7FF ? 0xE000 : c + 1) {
    const std::string text = utf8(c);
    ASSERT_EQ(decode(escape_all(text)), text) << "U+" << std::hex << static_cast<unsigned>(c);
  }
}

TEST(PercentTest, EverySurrogateBecomesThreeReplacements) {
  for (char32_t c = 0xD800; c <= 0xDFFF; ++c) {
    ASSERT_EQ(decode(escape_all(utf8(c))), repeated(3)) << static_cast<unsigned>(c);
  }
}

TEST(PercentTest, EveryLoneByteBeyondAsciiIsOneReplacement) {
  for (int byte = 0x80; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    EXPECT_EQ(decode(escape_all(text)), R) << byte;
    EXPECT_EQ(decode(escape_all(text) + "x"), R + "x") << byte;
  }
}

// Unicode 15, §3.9, tables 3-8 to 3-11, and the results of the WHATWG decoder.
TEST(PercentTest, OneReplacementForEachMaximalSubpart) {
  struct Case {
    std::string_view bytes;
    std::string text;
  };
  const std::vector<Case> cases = {
      {"\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", repeated(8) + "A"},
      {"\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", repeated(8) + "A"},
      {"\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", repeated(5) + "A" + repeated(2) + "B"},
      {"\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", repeated(4) + "A"},
      {"\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64",
       std::string("a").append(repeated(3)) + "b" + R + "c" + repeated(2) + "d"},
      {"\xF0\x90\x80", R},
      {"\xF0\x8F\x80\x80", repeated(4)},
      {"\xF4\x8F\xBF", R},
      {"\xF8\x80\x80\x80\x80", repeated(5)},
      {"\xE0\x9F\x80", repeated(3)},
      {"\xC2\xC2\xA9", R + "\u00A9"},
  };
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(decode(escape_all(bytes)), text) << escape_all(bytes);
    EXPECT_EQ(decode(bytes), text) << "raw " << escape_all(bytes);
  }
}

TEST(PercentTest, EscapesOfEitherCase) { EXPECT_EQ(decode("%c3%A9%C3%a9"), "éé"); }

TEST(PercentTest, PlusIsAPlus) { EXPECT_EQ(decode("1+1"), "1+1"); }

TEST(PercentTest, PercentThatStartsNoEscapeStays) {
  for (const std::string_view text : {"%", "%%", "%4", "%g1", "%1g", "%-1", "% 1", "%0x", "x%"}) {
    EXPECT_EQ(decode(text), text);
  }
  EXPECT_EQ(decode("%%41"), "%A");
  EXPECT_EQ(decode("%25%34%31"), "%41") << "decoded once only";
}

TEST(PercentTest, EveryPairBehindPercentIsAnEscapeOnlyOfHexDigits) {
  constexpr std::string_view hex = "0123456789abcdefABCDEF";
  for (int first = 0x20; first < 0x7f; ++first) {
    for (int second = 0x20; second < 0x7f; ++second) {
      const std::string text = {'%', static_cast<char>(first), static_cast<char>(second)};
      const bool is_escape = hex.find(text[1]) != std::string_view::npos &&
                             hex.find(text[2]) != std::string_view::npos;
      ASSERT_EQ(decode(text) != text, is_escape) << text;
    }
  }
}

TEST(PercentTest, EncodesEverythingButOctetsAndPercent) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text(1, static_cast<char>(byte));
    const bool goes_as_it_is =
        byte > 0x20 && byte < 0x7f && std::string_view("\",;\\%").find(text) == std::string::npos;
    EXPECT_EQ(encode(text), goes_as_it_is ? text : escape_all(text)) << byte;
  }
}

TEST(PercentTest, BytesAreThoseThatAreEncodedOfAnyKind) {
  struct Case {
    std::string_view raw;
    std::string_view bytes;
    bool is_good;
  };
  for (const auto& [raw, bytes, is_good] : {Case{"", "", true},
                                            {"a+b", "a+b", true},
                                            {"a%fFb%C3c",
                                             "a\xFF"
                                             "b\xC3"
                                             "c",
                                             true},
                                            {"%25%34%31", "%41", true},
                                            {"%", "%", false},
                                            {"a%4", "a%4", false},
                                            {"%g1%41", "%g1A", false},
                                            {"%%41b", "%Ab", false}}) {
    std::string text = "=";
    EXPECT_EQ(append_bytes(raw, text), is_good) << raw;
    EXPECT_EQ(text, "=" + std::string(bytes)) << raw;
    GrowingText growing("=");
    EXPECT_EQ(append_bytes(raw, growing), is_good) << raw;
    EXPECT_EQ(growing.view(), text) << raw;
  }
}

TEST(PercentTest, EncodesWhatIsNotPlain) {
  GrowingText out("=");
  append_percent_encoded("a-\xFF-b", out, lower_letters);
  EXPECT_EQ(out.view(), "=a%2D%FF%2Db");
}

TEST(PercentTest, AppendsToWhatIsThere) {
  std::string out = "a";
  append_percent_decoded("%62", out);
  append_percent_encoded(" ", out);
  EXPECT_EQ(out, "ab%20");
}

}  // namespace
}  // namespace baton::detail
