// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "exporter/span_record.hpp"

namespace baton::detail {

/// Spans that wait, up to a limit: many threads push without a lock, and whoever takes, takes all.
class SpanQueue {
 public:
  explicit SpanQueue(std::size_t max_size) noexcept : max_size_(max_size) {}
  SpanQueue(const SpanQueue&) = delete;
  SpanQueue& operator=(const SpanQueue&) = delete;
  ~SpanQueue() { destroy(newest_.load(std::memory_order_acquire)); }

  /// Takes the span over, and returns how many spans wait then; 0, and leaves the span, if the
  /// queue is full.
  std::size_t push(SpanPointer& span) noexcept {
    const std::size_t before = size_.fetch_add(1, std::memory_order_relaxed);
    if (before >= max_size_) {
      size_.fetch_sub(1, std::memory_order_relaxed);
      return 0;
    }
    SpanRecord* const added = span.release();
    added->next = newest_.load(std::memory_order_relaxed);
    // Sequentially consistent, so that a thread that pushes and one that shuts down cannot both
    // miss what the other one did.
    while (!newest_.compare_exchange_weak(added->next, added)) {
    }
    return before + 1;
  }

  /// Removes all spans, and returns them as a list, the oldest one first. They still count as
  /// waiting, until `release`.
  [[nodiscard]] SpanRecord* take_all() noexcept {
    SpanRecord* span = newest_.exchange(nullptr);
    SpanRecord* oldest = nullptr;
    while (span != nullptr) {
      SpanRecord* const older = std::exchange(span->next, oldest);
      oldest = std::exchange(span, older);
    }
    return oldest;
  }

  void release(std::size_t count) noexcept { size_.fetch_sub(count, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  /// Destroys the spans of a list, and returns how many they were.
  static std::size_t destroy(SpanRecord* span) noexcept {
    std::size_t count = 0;
    for (; span != nullptr; ++count) {
      const SpanPointer destroyed(span);
      span = span->next;
    }
    return count;
  }

 private:
  const std::size_t max_size_;
  std::atomic<std::size_t> size_{0};
  std::atomic<SpanRecord*> newest_{nullptr};
};

}  // namespace baton::detail
