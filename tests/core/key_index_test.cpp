// SPDX-License-Identifier: Apache-2.0
#include "core/key_index.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "support/numbered.hpp"

namespace baton::detail {
namespace {

/// Some keys, concatenated in one text.
struct Keys {
  explicit Keys(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      begins.push_back(text.size());
      text += test::numbered("tenant-", i) + "-identifier-of-it";
    }
    begins.push_back(text.size());
  }
  [[nodiscard]] std::string_view at(std::size_t i) const {
    return std::string_view(text).substr(begins[i], begins[i + 1] - begins[i]);
  }

  std::string text;
  std::vector<std::size_t> begins;
};

// Numbers of keys that are compared directly, that fit inside, and that need an allocation.
TEST(KeyIndexTest, NumbersKeysAndFindsThemAgain) {
  for (const std::size_t count : {1U, 16U, 17U, 256U, 257U, 5000U}) {
    const Keys keys(count + 1);
    KeyIndex index;
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(index.find(keys.text, keys.at(i)), KeyIndex::none);
      const auto [number, is_new] = index.insert(keys.text, keys.at(i));
      EXPECT_EQ(number, i);
      EXPECT_TRUE(is_new);
    }
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(index.find(keys.text, std::string(keys.at(i))), i);
      const auto [number, is_new] = index.insert(keys.text, keys.at(i));
      EXPECT_EQ(number, i);
      EXPECT_FALSE(is_new);
    }
    EXPECT_EQ(index.find(keys.text, keys.at(count)), KeyIndex::none);
  }
}

// A table of these bytes would have no key.
TEST(KeyIndexTest, ReadsNoTableBeforeItHasOne) {
  const Keys keys(16);
  std::vector<std::byte> memory(sizeof(KeyIndex) + alignof(KeyIndex), std::byte{0xff});
  void* place = memory.data();
  std::size_t room = memory.size();
  std::align(alignof(KeyIndex), sizeof(KeyIndex), place, room);
  asm volatile("" : : "r"(place) : "memory");  // the compiler must not leave these bytes out
  KeyIndex* const index = new (place) KeyIndex;
  for (std::size_t i = 0; i < 16; ++i) index->insert(keys.text, keys.at(i));
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ(index->find(keys.text, keys.at(i)), i);
  index->~KeyIndex();
}

TEST(KeyIndexTest, TellsKeysOfAnySizeApart) {
  const std::string text = std::string(40, 'k') + "x";
  KeyIndex index;
  for (std::size_t size = 0; size <= 40; ++size) {
    const std::string_view key = std::string_view(text).substr(0, size);
    EXPECT_TRUE(index.insert(text, key).is_new) << size;
    EXPECT_EQ(index.find(text, key), size);
  }
  for (std::size_t size = 1; size <= 40; ++size) {
    EXPECT_TRUE(index.insert(text, std::string_view(text).substr(41 - size)).is_new) << size;
  }
}

// So many that some have the same hash, of 32 bits.
TEST(KeyIndexTest, TellsKeysOfTheSameHashApart) {
  constexpr std::size_t size = 6;
  std::string text;
  for (std::size_t i = 100'000; i < 400'000; ++i) text += std::to_string(i);
  KeyIndex index;
  std::size_t known = 0;
  for (std::size_t begin = 0; begin < text.size(); begin += size) {
    known += index.insert(text, std::string_view(text).substr(begin, size)).is_new ? 0U : 1U;
  }
  EXPECT_EQ(known, 0U);
}

TEST(KeyIndexTest, AKeyThatWasForgottenIsNewAgain) {
  for (const std::size_t count : {3U, 100U, 300U}) {
    const Keys keys(count);
    KeyIndex index;
    for (std::size_t i = 0; i < count; ++i) index.insert(keys.text, keys.at(i));
    std::size_t next = count;
    for (const std::size_t forgotten : {std::size_t{1}, count - 1}) {
      index.forget(static_cast<std::uint32_t>(forgotten));
      EXPECT_EQ(index.find(keys.text, keys.at(forgotten)), KeyIndex::none);
      EXPECT_EQ(index.find(keys.text, keys.at(0)), 0U);
      const auto [number, is_new] = index.insert(keys.text, keys.at(forgotten));
      EXPECT_EQ(number, next);
      EXPECT_TRUE(is_new);
      EXPECT_EQ(index.find(keys.text, keys.at(forgotten)), next++);
    }
  }
}

}  // namespace
}  // namespace baton::detail
