// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "exporter/span_record.hpp"

namespace baton::detail {

/// Spans in a row, linked by `next`: it never needs memory.
class SpanList {
 public:
  SpanList() noexcept = default;
  SpanList(const SpanList&) = delete;
  SpanList& operator=(const SpanList&) = delete;
  ~SpanList() { clear(); }

  /// Takes over a list as of `SpanQueue::take_all`.
  void append(SpanRecord* oldest) noexcept {
    for (; oldest != nullptr; ++size_) {
      *end_ = oldest;
      end_ = &oldest->next;
      oldest = oldest->next;
    }
  }

  /// Removes the oldest one of at least one span.
  [[nodiscard]] SpanPointer pop() noexcept {
    SpanPointer popped(oldest_);
    oldest_ = popped->next;
    if (oldest_ == nullptr) end_ = &oldest_;
    --size_;
    return popped;
  }

  /// Destroys all, and returns how many they were.
  std::size_t clear() noexcept {
    const std::size_t cleared = size_;
    while (size_ > 0) static_cast<void>(pop());
    return cleared;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  SpanRecord* oldest_ = nullptr;
  SpanRecord** end_ = &oldest_;
  std::size_t size_ = 0;
};

/// Spans that wait, up to a limit: many threads push without a lock, and whoever takes, takes all.
class SpanQueue {
 public:
  explicit SpanQueue(std::size_t max_size) noexcept : max_size_(max_size) {}
  SpanQueue(const SpanQueue&) = delete;
  SpanQueue& operator=(const SpanQueue&) = delete;
  ~SpanQueue() { SpanList().append(take_all()); }

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

 private:
  const std::size_t max_size_;
  std::atomic<std::size_t> size_{0};
  std::atomic<SpanRecord*> newest_{nullptr};
};

}  // namespace baton::detail
