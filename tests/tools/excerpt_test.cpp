// SPDX-License-Identifier: Apache-2.0
#include "tools/excerpt.hpp"

#include <gtest/gtest.h>

#include "tools/escape.hpp"

namespace baton::tool {
namespace {

TEST(Excerpt, ShowsAShortValueWhole) {
  const Excerpt excerpt = make_excerpt("a\x01\\b", 3, 20);
  EXPECT_EQ(excerpt.text, "a\\x01\\\\b");
  EXPECT_EQ(excerpt.column, 7U);
}

TEST(Excerpt, CutsOnEitherSide) {
  const std::string value = std::string(50, 'a') + "X" + std::string(50, 'b');
  EXPECT_EQ(make_excerpt(value, 50, 20).text, "...aaaaaaaXbbbbbb...");
  EXPECT_EQ(make_excerpt(value, 0, 20).text, "aaaaaaaaaaaaaa...");
  EXPECT_EQ(make_excerpt(value, 101, 20).text, "...bbbbbbbbbbbbbb");
}

TEST(Excerpt, PointsAtTheByteWhereverItIs) {
  std::string every_byte;
  for (int value = 0; value < 256; ++value) every_byte += static_cast<char>(value);
  for (const std::string& value : {every_byte, std::string(300, '\0'), std::string(20, '\\')}) {
    for (std::size_t width = 20; width < 1200; width += 7) {
      for (std::size_t offset = 0; offset <= value.size(); ++offset) {
        const Excerpt excerpt = make_excerpt(value, offset, width);
        ASSERT_LE(excerpt.text.size(), width);
        const std::string byte = escape(std::string_view(value).substr(offset, 1));
        ASSERT_EQ(excerpt.text.substr(excerpt.column, byte.size()), byte);
      }
    }
  }
}

TEST(Excerpt, TakesAnOffsetBeyondTheEndAsTheEnd) {
  EXPECT_EQ(make_excerpt("abc", 3, 40).column, 3U);
  EXPECT_EQ(make_excerpt("abc", 4'000'000'000, 40).column, 3U);
  EXPECT_EQ(make_excerpt("", 0, 40).text, "");
}

}  // namespace
}  // namespace baton::tool
