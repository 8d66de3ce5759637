// SPDX-License-Identifier: Apache-2.0
#include "tools/escape.hpp"

#include <gtest/gtest.h>

namespace baton::tool {
namespace {

TEST(Escape, EveryByteIsPrintableAndAsWideAsTold) {
  for (int value = 0; value < 256; ++value) {
    const char byte = static_cast<char>(value);
    std::string text;
    append_escaped(text, byte);
    EXPECT_EQ(text.size(), escaped_width(byte)) << value;
    for (const char c : text) EXPECT_TRUE(c >= 0x20 && c <= 0x7e) << value;
  }
}

TEST(Escape, IsDifferentForDifferentBytes) {
  EXPECT_EQ(escape(std::string_view("a\\\0\xff~", 5)), "a\\\\\\x00\\xff~");
  EXPECT_NE(escape("\x0a"), escape("\\x0a"));
}

TEST(EscapeControls, KeepsTextAndNothingElse) {
  const struct {
    std::string_view text;
    std::string_view shown;
  } cases[] = {
      {"plain", "plain"},
      {"Am\xc3\xa9lie \xe2\x82\xac \xf0\x9f\x98\x80",
       "Am\xc3\xa9lie \xe2\x82\xac \xf0\x9f\x98\x80"},
      {"\xc2\xa0", "\xc2\xa0"},
      {"a\nb\x1b[0m\x7f", "a\\x0ab\\x1b[0m\\x7f"},
      {"\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f"},
      {"\\", "\\\\"},
      {"\xff\x80", "\\xff\\x80"},
      {"\xc3", "\\xc3"},
      {"\xc3(", "\\xc3("},
      {"\xc0\xaf", "\\xc0\\xaf"},
      {"\xe0\x80\x80", "\\xe0\\x80\\x80"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"\xf0\x80\x80\x80", "\\xf0\\x80\\x80\\x80"},
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
  };
  for (const auto& [text, shown] : cases) EXPECT_EQ(escape_controls(text), shown);
}

}  // namespace
}  // namespace baton::tool
