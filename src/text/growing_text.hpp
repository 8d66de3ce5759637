// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "baton/detail/ascii.hpp"

namespace baton::detail {

/// A text of any size. A short one lies in the object, and a longer one on the heap or, if the
/// thread has a MemorySource, in memory of that.
///
/// Without memory nothing more is appended, and `failed` says so until `clear`.
class GrowingText {
 public:
  /// What happens if the heap has no memory: the same as without memory of a source, or
  /// std::bad_alloc. Text that is written throws: a field that must not leave must not remain
  /// without anyone knowing.
  enum class Shortage : bool { fails, throws };

  GrowingText() noexcept = default;
  explicit GrowingText(Shortage shortage) noexcept : shortage_(shortage) {}
  explicit GrowingText(std::string_view text, Shortage shortage = Shortage::fails)
      : shortage_(shortage) {
    append(text);
  }
  GrowingText(const GrowingText&) = delete;
  GrowingText& operator=(const GrowingText&) = delete;
  ~GrowingText() {
    if (is_on_heap_) free_heap();
  }

  [[nodiscard]] std::string_view view() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool failed() const noexcept { return failed_; }

  /// What happens without memory, if something that belongs to the text has none.
  void fail();

  /// Makes room for so many bytes in all. False: there is no memory, now or before.
  bool reserve(std::size_t capacity) {
    if (failed_) return false;
    return capacity <= capacity_ || grow(capacity);
  }
  /// The same. If that takes new memory, it has room for `most` at once.
  bool reserve(std::size_t capacity, std::size_t most) {
    return reserve(capacity <= capacity_ ? capacity : std::max(capacity, most));
  }

  /// `text` must not be a view of this one.
  void append(std::string_view text) {
    if (!reserve(size_ + text.size())) return;
    std::copy(text.begin(), text.end(), data_ + size_);
    size_ += text.size();
  }
  void append(char c) { append(std::string_view(&c, 1)); }
  void append_lower(std::string_view text) {
    if (!reserve(size_ + text.size())) return;
    std::transform(text.begin(), text.end(), data_ + size_, to_lower);
    size_ += text.size();
  }

  /// Leaves the first bytes.
  void truncate(std::size_t size) noexcept { size_ = std::min(size_, size); }
  void clear() noexcept {
    size_ = 0;
    failed_ = false;
  }

 private:
  static constexpr std::size_t own_capacity = 256;

  bool grow(std::size_t capacity);
  void free_heap() noexcept;

  char* data_ = own_;
  std::size_t size_ = 0;
  std::size_t capacity_ = own_capacity;
  bool is_on_heap_ = false;
  bool failed_ = false;
  Shortage shortage_ = Shortage::fails;
  char own_[own_capacity];
};

}  // namespace baton::detail
