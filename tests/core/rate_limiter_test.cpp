// SPDX-License-Identifier: Apache-2.0
#include "core/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace baton::detail {
namespace {

constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t second = 1'000 * millisecond;
constexpr std::int64_t start = 5 * second;

int take_all(RateLimiter& limiter, std::int64_t now) {
  int taken = 0;
  while (taken < 1'000'000 && limiter.take(now)) ++taken;
  return taken;
}

TEST(RateLimiterTest, HoldsTheTokensOfASecond) {
  RateLimiter limiter(10);
  EXPECT_EQ(take_all(limiter, start), 10);
  EXPECT_EQ(take_all(limiter, start + 99 * millisecond), 0);
  EXPECT_EQ(take_all(limiter, start + 100 * millisecond), 1);
  EXPECT_EQ(take_all(limiter, start + 550 * millisecond), 4);
  EXPECT_EQ(take_all(limiter, start + 600 * millisecond), 1);
  EXPECT_EQ(take_all(limiter, start + 3600 * second), 10);
}

TEST(RateLimiterTest, HoldsOneTokenOfASlowRate) {
  RateLimiter limiter(0.1);
  EXPECT_EQ(take_all(limiter, start), 1);
  EXPECT_EQ(take_all(limiter, start + 9'999 * millisecond), 0);
  EXPECT_EQ(take_all(limiter, start + 10 * second), 1);
  EXPECT_EQ(take_all(limiter, start + 3600 * second), 1);
}

TEST(RateLimiterTest, NeverExceedsTheRate) {
  for (const double rate : {0.3, 1.0, 3.0, 7.0, 999.0, 30'000.0}) {
    RateLimiter limiter(rate);
    int taken = 0;
    for (std::int64_t now = start; now < start + 20 * second; now += 4 * millisecond) {
      taken += take_all(limiter, now);
    }
    EXPECT_LE(taken, rate * 20 + std::max(rate, 1.0)) << rate;
    EXPECT_GE(taken, rate * 20 * 0.99) << rate;
  }
}

TEST(RateLimiterTest, ExtremeRatesOverflowNothing) {
  for (const double rate : {1e-300, 1e-12}) {
    RateLimiter limiter(rate);
    EXPECT_EQ(take_all(limiter, start), 1) << rate;
    EXPECT_EQ(take_all(limiter, start + 1'000'000 * second), 0) << rate;
  }
  RateLimiter fast(1e300);
  EXPECT_EQ(take_all(fast, start), 1'000'000);
  RateLimiter at_boot(5);
  EXPECT_EQ(take_all(at_boot, 0), 5);
}

TEST(RateLimiterTest, ThreadsShareTheTokens) {
  RateLimiter limiter(1000);
  std::atomic<int> taken{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { taken += take_all(limiter, start); });
  }
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace baton::detail
