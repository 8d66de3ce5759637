// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "baton/detail/memory_source.hpp"
#include "support/count_allocations.hpp"

namespace baton::test {

/// Memory of somebody else, who frees it as a whole: in blocks of exactly the size that is asked
/// for, so that a sanitizer sees their ends. They are full of zeros: a place that is read before it
/// is written is then one in the text, and not one beyond each end, as with a sanitizer's pattern.
class Arena {
 public:
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

  /// Has no memory from one block on, or only not for that one.
  explicit Arena(std::size_t fails_at = never, bool for_ever = true)
      : fails_at_(fails_at), for_ever_(for_ever) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    for (const Block& block : blocks_) std::free(block.begin);
  }

  static void* take(void* self, std::size_t size) noexcept {
    auto& arena = *static_cast<Arena*>(self);
    const std::size_t number = arena.asked_++;
    const bool fails = arena.for_ever_ ? number >= arena.fails_at_ : number == arena.fails_at_;
    if (fails || number >= arena.blocks_.size()) {
      arena.was_short_ = true;
      return nullptr;
    }
    void* const memory = std::calloc(1, size);
    arena.blocks_[number] = {memory, size};
    return memory;
  }

  [[nodiscard]] std::size_t asked() const noexcept { return asked_; }
  [[nodiscard]] bool was_short() const noexcept { return was_short_; }
  [[nodiscard]] bool has(std::string_view text) const noexcept {
    return std::ranges::any_of(blocks_, [text](const Block& block) {
      const char* const begin = static_cast<const char*>(block.begin);
      return begin != nullptr && text.data() >= begin && text.data() < begin + block.size;
    });
  }

 private:
  struct Block {
    void* begin = nullptr;
    std::size_t size = 0;
  };
  std::array<Block, 2000> blocks_;
  std::size_t asked_ = 0;
  bool was_short_ = false;
  const std::size_t fails_at_;
  const bool for_ever_;
};

/// The allocations of a function that has memory of the arena.
template <class Function>
std::size_t allocations_of(Arena& arena, Function function) {
  const detail::MemorySource source(&Arena::take, &arena);
  const std::size_t before = allocations;
  function();
  return allocations - before;
}

/// Works with memory, and then without each block of it, and without all from that one on.
template <class Work>
void for_each_shortage(Work work) {
  Arena enough;
  work(enough);
  EXPECT_FALSE(enough.was_short());
  for (std::size_t number = 0; number < enough.asked(); ++number) {
    for (const bool for_ever : {true, false}) {
      Arena arena(number, for_ever);
      work(arena);
    }
  }
}

}  // namespace baton::test
