// SPDX-License-Identifier: Apache-2.0
#include "baton/scope.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>

namespace baton {
namespace {

Context with_span(std::uint64_t id) {
  Context context;
  context.set_span_context({TraceId(1, 1), SpanId(id), TraceFlags(), false, {}});
  return context;
}

std::uint64_t current_span() { return current().span_context().span_id.value(); }

static_assert(!std::is_constructible_v<Scope, Context&&>, "a temporary would not outlive it");
static_assert(!std::is_copy_constructible_v<Scope> && !std::is_copy_assignable_v<Scope>);

TEST(ScopeTest, NothingIsCurrentAtFirst) {
  EXPECT_EQ(current(), Context());
  EXPECT_EQ(&current(), &current());
}

TEST(ScopeTest, CurrentIsTheContextItself) {
  const Context context = with_span(1);
  const Scope scope(context);
  EXPECT_EQ(&current(), &context);
}

TEST(ScopeTest, Nests) {
  const Context outer = with_span(1);
  const Context inner = with_span(2);
  {
    const Scope outer_scope(outer);
    EXPECT_EQ(current_span(), 1U);
    {
      const Scope inner_scope(inner);
      EXPECT_EQ(current_span(), 2U);
      const Scope outer_again(outer);
      EXPECT_EQ(current_span(), 1U);
    }
    EXPECT_EQ(current_span(), 1U);
  }
  EXPECT_EQ(current(), Context());
}

TEST(ScopeTest, EndsWhereAnExceptionLeaves) {
  const Context context = with_span(1);
  EXPECT_THROW(
      {
        const Scope scope(context);
        throw std::runtime_error("");
      },
      std::runtime_error);
  EXPECT_EQ(current(), Context());
}

TEST(ScopeTest, AnotherThreadHasItsOwn) {
  const Context context = with_span(1);
  const Scope scope(context);
  std::thread([] {
    EXPECT_EQ(current(), Context());
    const Context other = with_span(2);
    const Scope other_scope(other);
    EXPECT_EQ(current_span(), 2U);
  }).join();
  EXPECT_EQ(current_span(), 1U);
}

TEST(BindTest, RunsWithTheContextOnAnyThread) {
  const auto bound = [] {
    const Context context = with_span(7);
    return bind(context, [] { return current_span(); });
  }();
  auto here = bound;
  EXPECT_EQ(here(), 7U);
  EXPECT_EQ(current(), Context());
  std::uint64_t seen = 0;
  std::thread([&seen, there = bound]() mutable { seen = there(); }).join();
  EXPECT_EQ(seen, 7U);
}

TEST(BindTest, RestoresWhatWasCurrent) {
  const Context outer = with_span(1);
  const Scope scope(outer);
  bind(with_span(2), [] { EXPECT_EQ(current_span(), 2U); })();
  EXPECT_EQ(current_span(), 1U);
}

TEST(BindTest, PassesArgumentsAndResultsOn) {
  auto add = bind(with_span(1), [](int a, std::unique_ptr<int> b) { return a + *b; });
  EXPECT_EQ(add(1, std::make_unique<int>(2)), 3);
  int value = 1;
  auto reference = bind(with_span(1), [](int& a) -> int& { return a; });
  EXPECT_EQ(&reference(value), &value);
}

TEST(BindTest, TakesWhatCanOnlyBeMovedAndMayChange) {
  auto count = bind(with_span(1), [n = std::make_unique<int>(0)]() mutable { return ++*n; });
  EXPECT_EQ(count(), 1);
  EXPECT_EQ(count(), 2);
}

// A function with a different call operator for each of these.
struct Overloaded {
  int operator()() & { return 1; }
  int operator()() const& { return 2; }
  int operator()() && noexcept { return 3; }
};

TEST(BindTest, CallsTheFunctionAsItIsCalledItself) {
  auto bound = bind(with_span(1), Overloaded());
  EXPECT_EQ(bound(), 1);
  EXPECT_EQ(std::as_const(bound)(), 2);
  EXPECT_EQ(std::move(bound)(), 3);
  static_assert(std::is_nothrow_invocable_v<decltype(bound)>);
  static_assert(!std::is_nothrow_invocable_v<decltype(bound)&>);
}

TEST(BindTest, IsWhatTheFunctionIs) {
  const auto takes_int = [](int) {};
  const auto may_change = [n = 0]() mutable { return ++n; };
  const auto cannot_be_copied = [n = std::make_unique<int>(0)] { return *n; };
  using TakesInt = BoundFunction<std::remove_const_t<decltype(takes_int)>>;
  using MayChange = BoundFunction<std::remove_const_t<decltype(may_change)>>;
  using CannotBeCopied = BoundFunction<std::remove_const_t<decltype(cannot_be_copied)>>;
  static_assert(std::is_invocable_v<TakesInt, int> && !std::is_invocable_v<TakesInt>);
  static_assert(std::is_invocable_v<const TakesInt&, int>);
  static_assert(std::is_invocable_v<MayChange&> && !std::is_invocable_v<const MayChange&>);
  static_assert(std::is_copy_constructible_v<TakesInt>);
  static_assert(!std::is_copy_constructible_v<CannotBeCopied>);
  static_assert(std::is_nothrow_move_constructible_v<CannotBeCopied>);
  static_assert(noexcept(bind(Context(), takes_int)));
  static_assert(sizeof(TakesInt) == sizeof(Context));
}

/// A client library that takes a function and a pointer for it, and calls it on a thread of its
/// own.
std::thread call_later(void (*callback)(void* data, int status), void* data) {
  return std::thread(callback, data, 7);
}

TEST(BindTest, RunsOnThreadsOfTheStandardLibrary) {
  const Context context = with_span(5);
  const Scope scope(context);
  const auto in_context = [](std::uint64_t number) { return number * 100 + current_span(); };
  std::uint64_t result = 0;
  std::thread(bind(current(), [&](std::uint64_t number) { result = in_context(number); }), 1)
      .join();
  EXPECT_EQ(result, 105U);
  std::jthread(bind(current(), [&](const std::stop_token&) { result = in_context(2); })).join();
  EXPECT_EQ(result, 205U);
  EXPECT_EQ(std::async(std::launch::async, bind(current(), in_context), 3).get(), 305U);
  std::packaged_task<std::uint64_t(std::uint64_t)> task(bind(current(), in_context));
  std::thread([&] { task(4); }).join();
  EXPECT_EQ(task.get_future().get(), 405U);
  const std::function<std::uint64_t(std::uint64_t)> function = bind(current(), in_context);
  std::thread([&] { result = function(5); }).join();
  EXPECT_EQ(result, 505U);
}

TEST(BindTest, RunsInCallbacksOfC) {
  std::uint64_t span = 0;
  auto bound = bind(with_span(5), [&](int status) {
    EXPECT_EQ(status, 7);
    span = current_span();
  });
  call_later([](void* data, int status) { (*static_cast<decltype(bound)*>(data))(status); }, &bound)
      .join();
  EXPECT_EQ(span, 5U);
}

TEST(CurrentTest, ACopyOutlivesTheRequest) {
  Context kept;
  {
    const Context request = with_span(5);
    const Scope scope(request);
    auto copy = current();
    static_assert(std::is_same_v<decltype(copy), Context>);
    kept = std::move(copy);
  }
  EXPECT_EQ(kept, with_span(5));
  EXPECT_EQ(current(), Context());
}

// Functions of the standard library may have an allocator, without being handlers of Asio.
struct HasAllocatorType {
  using allocator_type = std::allocator<int>;
  int operator()() const { return 1; }
};
struct HasAllocator : HasAllocatorType {
  allocator_type get_allocator() const { return {}; }
};
struct HasExecutor {
  using executor_type = int;
};
struct HasImmediateExecutor {
  using immediate_executor_type = int;
};
struct HasCancellationSlot {
  using cancellation_slot_type = int;
};
static_assert(!detail::Associated<HasAllocatorType>);
static_assert(detail::Associated<HasAllocator>);
static_assert(detail::Associated<HasExecutor>);
static_assert(detail::Associated<HasImmediateExecutor>);
static_assert(detail::Associated<HasCancellationSlot>);

TEST(BindTest, TakesFunctionsThatAreNoHandlers) {
  EXPECT_EQ(bind(with_span(1), HasAllocatorType())(), 1);
}

}  // namespace
}  // namespace baton
