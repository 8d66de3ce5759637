// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/shared_text.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "baton/detail/memory_source.hpp"

namespace baton::detail {
namespace {

// With its header, the block of a request has 512 bytes: enough for most requests, and small enough
// for the allocator's fast bins.
constexpr std::size_t request_capacity = 500;

}  // namespace

SharedText SharedText::make(std::size_t size, std::size_t capacity) noexcept {
  if (size == 0 || capacity > max_capacity) return {};
  const std::size_t bytes = sizeof(Block) + capacity;
  const MemorySource* const source = MemorySource::current();
  void* const memory =
      source == nullptr ? ::operator new(bytes, std::nothrow) : source->take(bytes);
  if (memory == nullptr) return {};
  return {new (memory) Block{1, static_cast<std::uint32_t>(capacity) & max_capacity,
                             source != nullptr, static_cast<std::uint32_t>(size)},
          0, size};
}

SharedText SharedText::allocate(std::size_t size) noexcept { return make(size, size); }

SharedText SharedText::allocate_beside(const SharedText& neighbor, std::size_t size) noexcept {
  Block* block = neighbor.block_;
  // No other text holds the block, so no other can read or use its free end. Acquire pairs with the
  // release of the text that was destroyed last.
  if (block != nullptr && size != 0 && block->capacity - block->used >= size &&
      block->references.load(std::memory_order_acquire) == 1) {
    block->references.store(2, std::memory_order_relaxed);
    return {block, std::exchange(block->used, block->used + static_cast<std::uint32_t>(size)),
            size};
  }
  return make(size, std::max(size, request_capacity));
}

void SharedText::release() noexcept {
  // The last holder needs no read-modify-write: no other can race with it.
  if (block_->references.load(std::memory_order_acquire) != 1 &&
      block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  const bool is_borrowed = block_->is_borrowed;
  block_->~Block();
  if (!is_borrowed) ::operator delete(block_);
}

}  // namespace baton::detail
