// SPDX-License-Identifier: Apache-2.0
#include "core/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

using baton::detail::HashKey;
using baton::detail::keyed_hash;

/// The average number of visited slots per name, if they fill half of a table.
double probes(const std::vector<std::string>& names, const HashKey& key) {
  std::vector<bool> used(2 * names.size());
  std::size_t count = 0;
  for (const std::string& name : names) {
    std::size_t slot = keyed_hash(name, key) % used.size();
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
    for (std::size_t i = 0; i < size; ++i, ++texts) {
      std::string text(size, '\0');
      text[i] = 'a';
      hashes.insert(keyed_hash(text, key));
    }
  }
  EXPECT_EQ(hashes.size(), texts);
}

TEST(KeyedHash, IsTheSameInOneProcess) { EXPECT_EQ(keyed_hash("name"), keyed_hash("name")); }

}  // namespace
