// SPDX-License-Identifier: Apache-2.0
#include "core/key_filter.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton::detail {
namespace {

TEST(KeyFilterTest, NeverMissesAKeyThatCameBefore) {
  for (std::size_t size = 1; size < 40; ++size) {
    KeyFilter filter;
    const test::ExactText key(std::string(size, 'k'));
    const test::ExactText twin(std::string(size, 'k'));
    EXPECT_FALSE(filter.insert(key.view())) << size;
    EXPECT_TRUE(filter.insert(twin.view())) << size;
  }
}

TEST(KeyFilterTest, RarelyTakesANewKeyForAnOldOne) {
  KeyFilter filter;
  int mistakes = 0;
  for (std::size_t i = 0; i < KeyFilter::capacity; ++i) {
    mistakes += static_cast<int>(filter.insert(test::numbered("some-key-", i)));
  }
  EXPECT_LE(mistakes, 1);
}

TEST(KeyFilterTest, TellsKeysThatDifferOnlyInOnePlaceApart) {
  for (std::size_t size = 1; size <= 16; ++size) {
    for (std::size_t place = 0; place < size; ++place) {
      KeyFilter filter;
      int mistakes = 0;
      for (std::size_t i = 0; i < KeyFilter::capacity; ++i) {
        std::string key(size, 'k');
        key[place] = static_cast<char>('A' + i);
        mistakes += static_cast<int>(filter.insert(test::ExactText(key).view()));
      }
      EXPECT_LE(mistakes, 1) << size << ", " << place;
    }
  }
}

TEST(KeyFilterTest, TellsKeysOfDifferentSizesApart) {
  KeyFilter filter;
  int mistakes = 0;
  for (std::size_t i = 1; i <= KeyFilter::capacity; ++i) {
    mistakes += static_cast<int>(filter.insert(std::string(i, 'k')));
    EXPECT_EQ(filter.size(), i);
  }
  EXPECT_LE(mistakes, 1);
}

}  // namespace
}  // namespace baton::detail
