// SPDX-License-Identifier: Apache-2.0
// Compiled without NDEBUG: a debug build stops at a wrong use of a scope.

#include <gtest/gtest.h>

#include <coroutine>
#include <memory>
#include <thread>

#include "baton/coroutine.hpp"
#include "baton/scope.hpp"

#ifdef NDEBUG
#error "these tests are about debug builds"
#endif

namespace baton {
namespace {

TEST(ScopeAssertionDeathTest, OutOfOrder) {
  const Context context;
  EXPECT_DEATH(
      {
        auto outer = std::make_unique<Scope>(context);
        const auto inner = std::make_unique<Scope>(context);
        outer.reset();
      },
      "scope ends");
}

TEST(ScopeAssertionDeathTest, OnAnotherThread) {
  const Context context;
  EXPECT_DEATH(
      {
        auto scope = std::make_unique<Scope>(context);
        std::thread([&] { scope.reset(); }).join();
      },
      "scope ends");
}

TEST(ScopeAssertionDeathTest, AfterItsThread) {
  const Context context;
  EXPECT_DEATH(
      {
        std::unique_ptr<Scope> scope;
        std::thread([&] { scope = std::make_unique<Scope>(context); }).join();
        scope.reset();
      },
      "scope ends");
}

/// A coroutine that keeps a scope across a `co_await`.
struct Coroutine {
  struct Promise {
    Coroutine get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  using promise_type = ContextPromise<Promise>;
};

Coroutine keep_scope(const Context& context) {
  const Scope scope(context);
  co_await std::suspend_always();
}

TEST(ScopeAssertionDeathTest, AcrossASuspension) {
  const Context context;
  EXPECT_DEATH(keep_scope(context), "scope ends");
}

TEST(ScopeAssertionTest, InOrder) {
  const Context context;
  auto outer = std::make_unique<Scope>(context);
  auto inner = std::make_unique<Scope>(context);
  inner.reset();
  outer.reset();
}

}  // namespace
}  // namespace baton
