#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace baton::detail {

/// An immutable text that copies by counting references: the storage of TraceState and Baggage.
///
/// Several texts can share one block, so that all that one request brings costs one allocation.
class Text {
 public:
  Text() noexcept = default;
  Text(const Text& other) noexcept
      : block_(other.block_), offset_(other.offset_), size_(other.size_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Text(Text&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        offset_(other.offset_),
        size_(std::exchange(other.size_, 0)) {}
  Text& operator=(Text other) noexcept {
    std::swap(block_, other.block_);
    std::swap(offset_, other.offset_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Text() {
    if (block_ != nullptr) release();
  }

  /// A text of `size` bytes, to be filled through `writable()` before it is copied or shared.
  /// Empty if there is no memory, or `size` is zero.
  [[nodiscard]] static Text allocate(std::size_t size) noexcept;

  /// The same, for what arrives with a request: takes the room that `neighbour` has left if
  /// nobody else holds its block, and otherwise makes a block with room for a neighbour of its own.
  [[nodiscard]] static Text allocate_beside(const Text& neighbour, std::size_t size) noexcept;

  [[nodiscard]] std::string_view view() const noexcept {
    return block_ == nullptr ? std::string_view() : std::string_view(data(), size_);
  }
  [[nodiscard]] char* writable() noexcept { return data(); }

 private:
  struct Block {
    std::atomic<std::uint32_t> references;
    std::uint32_t capacity;
    std::uint32_t used;
  };

  static Text make(std::size_t size, std::size_t capacity) noexcept;
  [[nodiscard]] char* data() const noexcept {
    return reinterpret_cast<char*>(block_ + 1) + offset_;
  }
  void release() noexcept;

  Block* block_ = nullptr;
  std::uint32_t offset_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace baton::detail
