// SPDX-License-Identifier: Apache-2.0
#include "json/decoded_texts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace baton::json {
namespace {

TEST(JsonDecodedTextsTest, TextsAreDecoded) {
  DecodedTexts texts;
  EXPECT_EQ(texts.add("a"), "a");
  EXPECT_EQ(texts.add(R"(\n)"), "\n");
}

TEST(JsonDecodedTextsTest, BlocksAreFilledAndEachIsTwiceAsLargeAsTheOneBefore) {
  DecodedTexts texts;
  const std::string text(256, 'a');  // a block has 2, 4 or 8 of them
  const char* end = nullptr;
  for (int i = 0; i < 14; ++i) {
    const std::string_view added = texts.add(text);
    EXPECT_EQ(added, text);
    EXPECT_EQ(added.data() != end, i == 0 || i == 2 || i == 6) << i;
    end = added.data() + added.size();
  }
}

TEST(JsonDecodedTextsTest, ALargeTextMakesABlockThatHasRoomForIt) {
  DecodedTexts texts;
  const std::string large(5000, 'a');
  const std::string_view first = texts.add(large);
  EXPECT_EQ(first, large);
  const std::string_view second = texts.add(large);
  EXPECT_NE(second.data(), first.data() + first.size());
  EXPECT_EQ(texts.add(large).data(), second.data() + second.size());
}

}  // namespace
}  // namespace baton::json
