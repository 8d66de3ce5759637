// SPDX-License-Identifier: Apache-2.0
#include "core/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/fold_product.hpp"

namespace {

using baton::detail::fold_product;
using baton::detail::HashKey;
using baton::detail::keyed_hash;

/// The average number of visited slots per name, if they fill half of a table.
double probes(const std::vector<std::string>& names, const HashKey& key) {
  std::vector<bool> used(2 * names.size());
  std::size_t count = 0;
  for (const std::string& name : names) {
    auto slot = static_cast<std::size_t>(keyed_hash(name, key) % used.size());
    for (; used[slot]; slot = (slot + 1) % used.size()) ++count;
    used[slot] = true;
    ++count;
  }
  return static_cast<double>(count) / static_cast<double>(names.size());
}

// A random hash has 1.5.
TEST(KeyedHash, SpreadsNamesThatDifferInAFewDigits) {
  std::mt19937_64 random(1);
  for (const std::string before : {"", "x-other-", "a-long-name-of-some-length-1"}) {
    std::vector<std::string> names;
    for (int i = 0; i < 2048; ++i) names.push_back(before + std::to_string(1000 + i));
    for (int i = 0; i < 1000; ++i) {
      const HashKey key{random(), random() | 1U};
      EXPECT_LT(probes(names, key), 1.75) << before << " under " << key.first << ' ' << key.second;
    }
  }
}

TEST(KeyedHash, CoversAllOfATextAndItsSize) {
  const HashKey key{0x0123456789abcdef, 0xfedcba9876543211};
  std::set<std::uint64_t> hashes;
  std::size_t texts = 0;
  for (std::size_t size = 0; size <= 40; ++size) {
    hashes.insert(keyed_hash(std::string(size, '\0'), key));
    ++texts;
    for (std::size_t bit = 0; bit < 8 * size; ++bit, ++texts) {
      std::string text(size, '\0');
      text[bit / 8] = static_cast<char>(1U << bit % 8);
      hashes.insert(keyed_hash(text, key));
    }
  }
  EXPECT_EQ(hashes.size(), texts);
}

// If the size were mixed in first, such pairs would collide under every key.
TEST(KeyedHash, TellsTextsOfDifferentSizesApartThatEndAlike) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100; ++i) {
    const HashKey key{random(), random() | 1U};
    EXPECT_NE(keyed_hash("b1234567xy", key), keyed_hash("c1234567xyy", key));
    EXPECT_NE(keyed_hash("aa", key), keyed_hash("aaa", key));
    EXPECT_NE(keyed_hash("", key), keyed_hash(std::string(1, '\0'), key));
  }
}

/// The product by shifts and sums: one bit of `b` after the other.
std::uint64_t fold_by_bits(std::uint64_t a, std::uint64_t b) {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  for (unsigned bit = 64; bit-- > 0;) {
    high = high << 1U | low >> 63U;
    low <<= 1U;
    if ((b >> bit & 1U) == 0) continue;
    low += a;
    if (low < a) ++high;
  }
  return low ^ high;
}

TEST(FoldProduct, IsTheSameOnEveryMachine) {
  std::mt19937_64 random(2);
  std::vector<std::uint64_t> numbers = {0,
                                        1,
                                        2,
                                        0xffffffff,
                                        0x100000000,
                                        0xffffffff00000000,
                                        ~std::uint64_t{0},
                                        std::uint64_t{1} << 63U};
  for (int i = 0; i < 200; ++i) numbers.push_back(random() >> random() % 64);
  for (const std::uint64_t a : numbers) {
    for (const std::uint64_t b : numbers) {
      const std::uint64_t folded = fold_by_bits(a, b);
      ASSERT_EQ(fold_product(a, b), folded) << a << " * " << b;
      ASSERT_EQ(baton::detail::plain::fold_product(a, b), folded) << a << " * " << b;
    }
  }
}

TEST(KeyedHash, IsTheSameInOneProcess) { EXPECT_EQ(keyed_hash("name"), keyed_hash("name")); }

}  // namespace
