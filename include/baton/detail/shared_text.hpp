// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace baton::detail {

/// An immutable text with a reference count: the storage of TraceState and Baggage.
///
/// Several texts can share one block, so that one request costs one allocation. The block lies on
/// the heap, or where a MemorySource of the thread says.
class SharedText {
 public:
  SharedText() noexcept = default;
  SharedText(const SharedText& other) noexcept
      : block_(other.block_), data_(other.data_), size_(other.size_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  SharedText(SharedText&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  SharedText& operator=(const SharedText& other) noexcept { return *this = SharedText(other); }
  SharedText& operator=(SharedText&& other) noexcept {
    if (this == &other) return *this;
    if (block_ != nullptr) release();
    block_ = std::exchange(other.block_, nullptr);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }
  ~SharedText() {
    if (block_ != nullptr) release();
  }

  /// A text of `size` bytes, to be filled through `writable()` before it is copied or shared.
  /// Empty if there is no memory, or `size` is zero.
  [[nodiscard]] static SharedText allocate(std::size_t size) noexcept;

  /// The same, for the texts of a request: uses the free room in the block of `neighbor` if no
  /// other text holds that block, and otherwise makes a block with room for a neighbor of its own.
  [[nodiscard]] static SharedText allocate_beside(const SharedText& neighbor,
                                                  std::size_t size) noexcept;

  /// If these two alone hold one block, releases the second without an atomic operation: both are
  /// about to be destroyed, and no other thread can count.
  static void drop_second(const SharedText& first, SharedText& second) noexcept {
    Block* const block = first.block_;
    if (block != nullptr && block == second.block_ &&
        block->references.load(std::memory_order_acquire) == 2) {
      block->references.store(1, std::memory_order_relaxed);
      second.block_ = nullptr;
    }
  }

  [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }
  [[nodiscard]] char* writable() noexcept { return data_; }

 private:
  static constexpr std::uint32_t max_capacity = 0x7fff'ffff;

  struct Block {
    std::atomic<std::uint32_t> references;
    std::uint32_t capacity : 31;
    std::uint32_t is_borrowed : 1;  // the memory belongs to somebody else
    std::uint32_t used;
  };

  SharedText(Block* block, std::size_t offset, std::size_t size) noexcept
      : block_(block), data_(reinterpret_cast<char*>(block + 1) + offset), size_(size) {}
  static SharedText make(std::size_t size, std::size_t capacity) noexcept;
  void release() noexcept;

  Block* block_ = nullptr;
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace baton::detail
