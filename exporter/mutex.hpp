// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BATON_THREAD_SANITIZER 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define BATON_THREAD_SANITIZER 1
#endif

#ifdef BATON_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
}
#endif

namespace baton::detail {

#ifdef BATON_THREAD_SANITIZER
// ThreadSanitizer sees nothing of Abseil's locks in a library that it has not instrumented.
inline void tell_acquired(void* mutex) noexcept { __tsan_acquire(mutex); }
inline void tell_released(void* mutex) noexcept { __tsan_release(mutex); }
inline void ignore_reads() noexcept { AnnotateIgnoreReadsBegin(__FILE__, __LINE__); }
inline void see_reads() noexcept { AnnotateIgnoreReadsEnd(__FILE__, __LINE__); }
#else
inline void tell_acquired(void* /*mutex*/) noexcept {}
inline void tell_released(void* /*mutex*/) noexcept {}
inline void ignore_reads() noexcept {}
inline void see_reads() noexcept {}
#endif

/// Abseil's mutex, of which a thread that unlocks it evaluates the conditions that others await.
class ABSL_LOCKABLE Mutex {
 public:
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {
    mutex_.Lock();
    tell_acquired(this);
  }
  void unlock() ABSL_UNLOCK_FUNCTION() {
    tell_released(this);
    mutex_.Unlock();
  }

  /// Unlocks it, waits until `condition()` or for that long, and locks it. Returns the condition.
  template <class Condition>
  bool await(const Condition& condition, absl::Duration timeout = absl::InfiniteDuration())
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(this) {
    tell_released(this);
    void* const argument = const_cast<void*>(static_cast<const void*>(&condition));
    const bool is_true =
        mutex_.AwaitWithTimeout(absl::Condition(&evaluate<Condition>, argument), timeout);
    tell_acquired(this);
    return is_true;
  }

 private:
  template <class Condition>
  static bool evaluate(void* condition) {
    ignore_reads();
    const bool is_true = (*static_cast<const Condition*>(condition))();
    see_reads();
    return is_true;
  }

  absl::Mutex mutex_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex) : mutex_(mutex) {
    mutex_.lock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace baton::detail
