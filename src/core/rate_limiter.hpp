// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>

namespace baton::detail {

/// A token bucket, which holds the tokens of one second, but at least one; full at first. Any
/// number of threads may take tokens, without a lock.
///
/// A token is the time in which it grows. Instead of the tokens, the bucket keeps the moment up to
/// which this time has been spent, so that one number changes at once.
class RateLimiter {
 public:
  /// More than 0 per second. Rounded to whole nanoseconds for each, in favor of the limit.
  explicit RateLimiter(double per_second) noexcept
      : interval_(static_cast<std::int64_t>(
            std::clamp(std::ceil(static_cast<double>(second) / per_second), 1.0,
                       static_cast<double>(longest)))),
        capacity_(std::max(interval_, second)) {}

  /// Takes a token, if there is one. `now` in nanoseconds, of any clock that is monotonic.
  bool take(std::int64_t now) noexcept {
    std::int64_t spent = spent_until_.load(std::memory_order_relaxed);
    for (;;) {
      const std::int64_t next = std::max(spent, now - capacity_) + interval_;
      if (next > now) return false;
      if (spent_until_.compare_exchange_weak(spent, next, std::memory_order_relaxed)) return true;
    }
  }

 private:
  static constexpr std::int64_t second = 1'000'000'000;
  static constexpr std::int64_t longest = std::int64_t{1} << 61;  // 73 years; no sum overflows

  std::int64_t interval_;
  std::int64_t capacity_;
  std::atomic<std::int64_t> spent_until_{std::numeric_limits<std::int64_t>::min()};
};

}  // namespace baton::detail
