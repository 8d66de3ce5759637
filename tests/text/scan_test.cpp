// SPDX-License-Identifier: Apache-2.0
#include "text/scan.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/fields.hpp"

namespace baton::detail {
namespace {

using test::ExactText;

template <class List>
class ScanTest : public testing::Test {};

using Lists = testing::Types<BaggageList, TraceStateList>;
TYPED_TEST_SUITE(ScanTest, Lists);

TYPED_TEST(ScanTest, ClassifiesEveryByteAtEveryPlaceAsTheReference) {
  for (std::size_t size = 0; size <= window_size + 6; ++size) {
    EXPECT_EQ(classify<TypeParam>(ExactText(std::string(size, 'a')).view()),
              plain::classify<TypeParam>(std::string(size, 'a')))
        << size;
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; byte += size % 16 == 15 ? 1 : 7) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(byte);
        ASSERT_EQ(classify<TypeParam>(ExactText(text).view()), plain::classify<TypeParam>(text))
            << "byte " << byte << " at " << place << " of " << size;
      }
    }
  }
}

TYPED_TEST(ScanTest, ReferenceIsBitForBitTheClasses) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const Classes classes = plain::classify<TypeParam>(std::string(1, c));
    EXPECT_EQ(classes.keys, TypeParam::key_chars.contains(c) ? 1U : 0U) << byte;
    EXPECT_EQ(classes.values, TypeParam::value_chars.contains(c) ? 1U : 0U) << byte;
  }
}

// It may be unsure, but not about usual members; and if it is sure, it is right.
TYPED_TEST(ScanTest, ReadsMembersOfEverySizeOneAfterTheOther) {
  for (std::size_t key_size = 1; key_size < 70; ++key_size) {
    for (std::size_t value_size = 1; value_size < 70; ++value_size) {
      const std::string member = std::string(key_size, 'k').append("=").append(value_size, 'v');
      std::string list = "first=1,";
      list.append(member).append(",").append(member).append(",last=2");
      const ExactText text(list);
      const char* const begin = text.view().data();
      PairScanner<TypeParam> scanner(text.view());

      std::size_t at = 0;
      for (const std::string_view expected :
           {std::string_view("first=1"), std::string_view(member), std::string_view(member),
            std::string_view("last=2")}) {
        Pair pair{};
        const bool sure = scanner.read(begin + at, pair);
        ASSERT_TRUE(sure || expected.size() >= window_size) << expected << " at " << at;
        if (sure) {
          EXPECT_EQ(pair.key_end - begin, static_cast<std::ptrdiff_t>(at + expected.find('=')));
          EXPECT_EQ(pair.value_end - begin, static_cast<std::ptrdiff_t>(at + expected.size()));
        }
        at += expected.size() + 1;
      }
    }
  }
}

TYPED_TEST(ScanTest, IsSureOfNothingElse) {
  for (const std::string_view odd :
       {"key", "key =v", "k=v\t", "k\xff=v", "k=v\xff", "k=v\x01", "k=\x7f"}) {
    for (std::size_t before = 0; before < 70; ++before) {
      std::string list(before, ',');
      list.append(odd).append(",a=1");
      const ExactText text(list);
      PairScanner<TypeParam> scanner(text.view());
      Pair pair{};
      EXPECT_FALSE(scanner.read(text.view().data() + before, pair)) << odd << " at " << before;
    }
  }
}

}  // namespace
}  // namespace baton::detail
