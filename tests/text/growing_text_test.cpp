// SPDX-License-Identifier: Apache-2.0
#include "text/growing_text.hpp"

#include <gtest/gtest.h>

#include <new>
#include <string>
#include <vector>

#include "baton/detail/memory_source.hpp"

namespace baton::detail {
namespace {

/// Memory for some requests.
struct Owner {
  std::vector<std::string> blocks;
  std::size_t left;

  static void* take(void* self, std::size_t size) noexcept {
    auto& owner = *static_cast<Owner*>(self);
    if (owner.left == 0) return nullptr;
    --owner.left;
    return owner.blocks.emplace_back(size, '\0').data();
  }
};

TEST(GrowingTextTest, AppendsAnything) {
  GrowingText text("a");
  std::string expected = "a";
  for (int i = 0; i < 1000; ++i) {
    text.append('B');
    text.append("");
    text.append(std::string(static_cast<std::size_t>(i % 7), 'c'));
    text.append_lower("D-");
    expected += 'B' + std::string(static_cast<std::size_t>(i % 7), 'c') + "d-";
    ASSERT_EQ(text.view(), expected);
  }
  text.truncate(3);
  EXPECT_EQ(text.view(), expected.substr(0, 3));
  text.truncate(4);
  EXPECT_EQ(text.size(), 3U);
  text.clear();
  EXPECT_TRUE(text.empty());
  EXPECT_FALSE(text.failed());
}

TEST(GrowingTextTest, FailsAsWithoutMemory) {
  using Shortage = GrowingText::Shortage;
  GrowingText text("a");
  text.fail();
  text.append('b');
  EXPECT_TRUE(text.failed());
  EXPECT_EQ(text.view(), "a");
  GrowingText thrower("a", Shortage::throws);
  EXPECT_THROW(thrower.fail(), std::bad_alloc);
  Owner owner{{}, 0};
  const MemorySource source(&Owner::take, &owner);
  GrowingText borrower("a", Shortage::throws);
  borrower.fail();
  EXPECT_TRUE(borrower.failed());
}

TEST(GrowingTextTest, LiesInTheMemoryOfTheSource) {
  Owner owner{{}, 2};
  const MemorySource source(&Owner::take, &owner);
  GrowingText text(std::string(200, 'a'));
  EXPECT_EQ(owner.left, 2U);
  text.append(std::string(200, 'b'));
  text.append(std::string(600, 'c'));
  EXPECT_EQ(owner.left, 0U);
  EXPECT_EQ(owner.blocks[0].size(), 512U) << "twice as much as before";
  EXPECT_EQ(owner.blocks[1].size(), 1024U);
  EXPECT_EQ(text.view().data(), owner.blocks.back().data());
  EXPECT_EQ(text.view(), std::string(200, 'a') + std::string(200, 'b') + std::string(600, 'c'));
}

TEST(GrowingTextTest, TakesNewMemoryForTheMostAtOnce) {
  Owner owner{{}, 2};
  const MemorySource source(&Owner::take, &owner);
  GrowingText text;
  ASSERT_TRUE(text.reserve(200, 5000));
  EXPECT_EQ(owner.left, 2U);
  ASSERT_TRUE(text.reserve(300, 5000));
  EXPECT_EQ(owner.blocks.back().size(), 5000U);
  ASSERT_TRUE(text.reserve(5000, 9000));
  EXPECT_EQ(owner.left, 1U);
  ASSERT_TRUE(text.reserve(20'000, 9000));
  EXPECT_EQ(owner.blocks.back().size(), 20'000U);
}

TEST(GrowingTextTest, WithoutMemoryAppendsNothingMore) {
  Owner owner{{}, 0};
  const MemorySource source(&Owner::take, &owner);
  GrowingText text("short");
  text.append(std::string(300, 'a'));
  EXPECT_TRUE(text.failed());
  owner.left = 1;
  text.append("b");
  text.append_lower("C");
  EXPECT_FALSE(text.reserve(1));
  EXPECT_EQ(text.view(), "short");
  text.clear();
  EXPECT_FALSE(text.failed());
  text.append(std::string(300, 'a'));
  EXPECT_EQ(text.view(), std::string(300, 'a'));
}

}  // namespace
}  // namespace baton::detail
