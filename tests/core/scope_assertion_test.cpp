// SPDX-License-Identifier: Apache-2.0
// Compiled without NDEBUG: a debug build stops at a wrong use of a scope.

#include <gtest/gtest.h>

#include <memory>
#include <thread>

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

TEST(ScopeAssertionTest, InOrder) {
  const Context context;
  auto outer = std::make_unique<Scope>(context);
  auto inner = std::make_unique<Scope>(context);
  inner.reset();
  outer.reset();
}

}  // namespace
}  // namespace baton
