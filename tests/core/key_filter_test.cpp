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

TEST(KeyFilterTest, SaysYesOfEveryKeyBeyondItsCapacity) {
  KeyFilter filter;
  for (std::size_t i = 0; i < KeyFilter::capacity; ++i) filter.insert(test::numbered("k", i));
  EXPECT_TRUE(filter.insert("new"));
  EXPECT_TRUE(filter.insert("k0"));
}

}  // namespace
}  // namespace baton::detail
