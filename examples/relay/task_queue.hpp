// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/carriers/celery.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace relay {

/// A queue of Celery's tasks, as a list of Redis: it holds the bytes that a worker of Celery reads.
/// Any number of threads may use it.
class TaskQueue {
 public:
  void push(const baton::celery::Message& message) {
    const std::lock_guard lock(mutex_);
    envelopes_.push_back(baton::celery::to_redis(message));
    changed_.notify_one();
  }

  /// Waits for an envelope; nothing if the queue is closed and empty.
  std::optional<std::string> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_closed_ || !envelopes_.empty(); });
    if (envelopes_.empty()) return std::nullopt;
    std::string envelope = std::move(envelopes_.front());
    envelopes_.pop_front();
    return envelope;
  }

  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> envelopes_;
  bool is_closed_ = false;
};

}  // namespace relay
