// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace example {

/// A pool of threads that knows nothing of contexts.
class Pool {
 public:
  explicit Pool(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  /// Ends when all work is done.
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void submit(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      work_.push_back(std::move(work));
    }
    changed_.notify_one();
  }

  /// Awaited, continues the coroutine on a thread of the pool.
  auto schedule() {
    struct Awaiter : std::suspend_always {
      explicit Awaiter(Pool& target) noexcept : pool(target) {}
      void await_suspend(std::coroutine_handle<> handle) const { pool.submit(handle); }
      Pool& pool;
    };
    return Awaiter(*this);
  }

 private:
  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !work_.empty(); });
      if (work_.empty()) return;
      const std::function<void()> work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> work_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace example
