// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/shared_text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "baton/detail/memory_source.hpp"

namespace baton::detail {
namespace {

/// Says that it has any memory. A text that nobody writes needs none but for the head of its block.
struct AnyMemory {
  static void* take(void* self, std::size_t size) noexcept {
    auto& memory = *static_cast<AnyMemory*>(self);
    memory.asked += size;
    return memory.head.data();
  }

  alignas(std::uint64_t) std::array<std::byte, 64> head{};
  std::size_t asked = 0;
};

TEST(SharedTextTest, HasAsManyBytesAsItsBlockCanCount) {
  constexpr std::size_t most = 0x7fff'ffff;
  AnyMemory memory;
  const MemorySource source(&AnyMemory::take, &memory);
  EXPECT_EQ(SharedText::allocate(0).view().data(), nullptr);
  EXPECT_EQ(SharedText::allocate_beside({}, 0).view().data(), nullptr);
  EXPECT_EQ(SharedText::allocate(most + 1).view().data(), nullptr);
  EXPECT_EQ(memory.asked, 0U);
  EXPECT_EQ(SharedText::allocate(1).view().size(), 1U);
  EXPECT_GT(memory.asked, 1U);
  memory.asked = 0;
  EXPECT_EQ(SharedText::allocate(most).view().size(), most);
  EXPECT_GT(memory.asked, most);
}

}  // namespace
}  // namespace baton::detail
