// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <absl/time/time.h>

#include <chrono>
#include <functional>
#include <utility>

#include "exporter/mutex.hpp"

namespace baton::detail {

using Clock = std::chrono::steady_clock;

[[nodiscard]] inline absl::Duration until(Clock::time_point time) {
  return absl::FromChrono(time - Clock::now());
}

/// Ends, from another thread and for good, whatever the exporting thread waits for.
class Interruption {
 public:
  void interrupt() {
    const MutexLock lock(mutex_);
    is_interrupted_ = true;
    if (waker_) waker_();
  }

  [[nodiscard]] bool is_interrupted() {
    const MutexLock lock(mutex_);
    return is_interrupted_;
  }

  /// Returns whether it was interrupted.
  bool sleep_until(Clock::time_point time) {
    const MutexLock lock(mutex_);
    return mutex_.await([this] { return is_interrupted_; }, until(time));
  }

  /// Wakes what does not wait here, as long as it exists: `wake` is called once at most.
  class Waker {
   public:
    Waker(Interruption& interruption, std::function<void()> wake) : interruption_(interruption) {
      const MutexLock lock(interruption_.mutex_);
      if (interruption_.is_interrupted_) {
        wake();
      } else {
        interruption_.waker_ = std::move(wake);
      }
    }
    Waker(const Waker&) = delete;
    Waker& operator=(const Waker&) = delete;
    ~Waker() {
      const MutexLock lock(interruption_.mutex_);
      interruption_.waker_ = nullptr;
    }

   private:
    Interruption& interruption_;
  };

 private:
  Mutex mutex_;
  bool is_interrupted_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> waker_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace baton::detail
