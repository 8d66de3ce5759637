// SPDX-License-Identifier: Apache-2.0
#include "baton/asio.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <memory_resource>
#include <stdexcept>
#include <thread>
#include <vector>

#include "baton/baton.hpp"

namespace {

namespace net = boost::asio;
using IoExecutor = net::io_context::executor_type;
using baton::bind;
using baton::with_context;

static_assert(net::execution::is_executor<baton::ContextExecutor<IoExecutor>>::value);
static_assert(net::execution::is_executor<baton::ContextExecutor<net::any_io_executor>>::value);
static_assert(net::execution::is_executor<baton::ContextExecutor<net::strand<IoExecutor>>>::value);
static_assert(std::is_convertible_v<baton::ContextExecutor<IoExecutor>, net::any_io_executor>);
static_assert(std::is_nothrow_copy_constructible_v<baton::ContextExecutor<IoExecutor>>);

// The size that any_io_executor holds without an allocation.
static_assert(sizeof(baton::ContextExecutor<IoExecutor>) <=
              sizeof(std::shared_ptr<void>) + sizeof(void*));

const baton::Context nothing;

baton::Context new_context() { return baton::Context().child(); }

TEST(ContextExecutor, MakesItsContextCurrentAroundEachFunction) {
  net::io_context io;
  const baton::Context a = new_context();
  const baton::Context b = new_context();
  std::vector<baton::Context> seen;
  const auto look = [&] { seen.push_back(baton::current()); };
  net::post(with_context(io.get_executor(), a), look);
  net::post(io, look);
  net::post(with_context(io.get_executor(), b), look);
  net::post(net::any_io_executor(with_context(io.get_executor(), a)), look);
  net::post(with_context(net::make_strand(io), b), look);
  net::post(net::make_strand(with_context(io.get_executor(), a)), look);
  io.run();
  EXPECT_EQ(seen, (std::vector{a, nothing, b, a, b, a}));
  EXPECT_EQ(baton::current(), nothing);
}

TEST(ContextExecutor, NestsWhereItRunsAtOnce) {
  net::io_context io;
  const baton::Context outer = new_context();
  const baton::Context inner = new_context();
  std::vector<baton::Context> seen;
  net::post(with_context(io.get_executor(), outer), [&] {
    net::dispatch(with_context(io.get_executor(), inner),
                  [&] { seen.push_back(baton::current()); });
    seen.push_back(baton::current());
    net::dispatch(with_context(io.get_executor(), nothing),
                  [&] { seen.push_back(baton::current()); });
    seen.push_back(baton::current());
  });
  io.run();
  EXPECT_EQ(seen, (std::vector{inner, outer, nothing, outer}));
}

TEST(ContextExecutor, PutsBackWhatWasCurrentWhenAFunctionThrows) {
  net::io_context io;
  net::post(with_context(io.get_executor(), new_context()), [] { throw std::runtime_error("no"); });
  EXPECT_THROW(io.run(), std::runtime_error);
  EXPECT_EQ(baton::current(), nothing);
}

TEST(ContextExecutor, OneThatWasMovedFromHasAnEmptyContext) {
  net::io_context io;
  auto executor = with_context(io.get_executor(), new_context());
  const auto moved = std::move(executor);
  EXPECT_EQ(executor.context(), nothing);
  EXPECT_NE(moved.context(), nothing);
}

TEST(ContextExecutor, IsTheWrappedExecutorOtherwise) {
  net::io_context io;
  net::io_context other;
  const baton::Context context = new_context();
  const auto executor = with_context(io.get_executor(), context);
  EXPECT_EQ(executor.get_inner_executor(), io.get_executor());
  EXPECT_EQ(executor.context(), context);
  EXPECT_EQ(with_context(io.get_executor(), nothing).context(), nothing);
  EXPECT_EQ(&net::query(executor, net::execution::context), &io);

  const auto never = net::require(executor, net::execution::blocking.never);
  EXPECT_EQ(net::query(never, net::execution::blocking), net::execution::blocking.never);
  EXPECT_EQ(never.context(), context);
  const auto tracked = net::prefer(executor, net::execution::outstanding_work.tracked);
  EXPECT_EQ(net::query(tracked, net::execution::outstanding_work),
            net::execution::outstanding_work.tracked);
  EXPECT_EQ(tracked.context(), context);

  const auto copy = executor;
  EXPECT_TRUE(copy == executor);
  EXPECT_TRUE(executor != with_context(io.get_executor(), context)) << "another object";
  EXPECT_TRUE(executor != with_context(other.get_executor(), context));
  EXPECT_TRUE(with_context(io.get_executor(), nothing) == with_context(io.get_executor(), nothing));
}

TEST(ContextExecutor, RunsMoveOnlyFunctions) {
  net::io_context io;
  int seen = 0;
  net::post(with_context(io.get_executor(), new_context()),
            [&, value = std::make_unique<int>(7)] { seen = *value; });
  io.run();
  EXPECT_EQ(seen, 7);
}

TEST(ContextExecutor, CarriesTheContextIntoCompletionHandlers) {
  net::io_context io;
  const baton::Context context = new_context();
  net::steady_timer timer(io, std::chrono::milliseconds(1));
  baton::Context seen;
  timer.async_wait(net::bind_executor(with_context(io.get_executor(), context),
                                      [&](boost::system::error_code) { seen = baton::current(); }));
  EXPECT_EQ(baton::current(), nothing);
  io.run();
  EXPECT_EQ(seen, context);
}

TEST(ContextExecutor, KeepsAnotherThreadsContext) {
  net::thread_pool pool(2);
  const baton::Context context = new_context();
  std::atomic<int> right = 0;
  for (int i = 0; i < 100; ++i) {
    net::post(with_context(pool.get_executor(), context),
              [&] { right += baton::current() == context ? 1 : 0; });
  }
  pool.join();
  EXPECT_EQ(right, 100);
}

// ---- bind ----

struct Handler {
  void operator()() const {}
};
using Allocator = std::pmr::polymorphic_allocator<void>;

TEST(BoundHandler, HasTheExecutorOfTheHandler) {
  net::io_context io;
  const auto strand = net::make_strand(io);
  const auto bound = bind(new_context(), net::bind_executor(strand, Handler()));
  EXPECT_EQ(net::get_associated_executor(bound), strand);
  EXPECT_EQ(net::get_associated_executor(bound, io.get_executor()), strand);
  EXPECT_EQ(net::get_associated_executor(bind(new_context(), Handler()), io.get_executor()),
            io.get_executor());
}

TEST(BoundHandler, HasTheAllocatorOfTheHandler) {
  std::pmr::monotonic_buffer_resource memory;
  const Allocator allocator(&memory);
  const auto bound = bind(new_context(), net::bind_allocator(allocator, Handler()));
  EXPECT_EQ(net::get_associated_allocator(bound), allocator);
  EXPECT_EQ(net::get_associated_allocator(bound, Allocator()), allocator);
}

TEST(BoundHandler, HasTheCancellationSlotOfTheHandler) {
  net::cancellation_signal signal;
  const auto bound = bind(new_context(), net::bind_cancellation_slot(signal.slot(), Handler()));
  EXPECT_EQ(net::get_associated_cancellation_slot(bound), signal.slot());
  EXPECT_EQ(net::get_associated_cancellation_slot(bound, net::cancellation_slot()), signal.slot());
}

TEST(BoundHandler, HasAllOfThemThroughEachOther) {
  net::io_context io;
  const auto strand = net::make_strand(io);
  net::cancellation_signal signal;
  std::pmr::monotonic_buffer_resource memory;
  const Allocator allocator(&memory);
  const auto bound = bind(
      new_context(),
      bind(new_context(),
           net::bind_allocator(
               allocator,
               net::bind_cancellation_slot(signal.slot(), net::bind_executor(strand, Handler())))));
  EXPECT_EQ(net::get_associated_executor(bound), strand);
  EXPECT_EQ(net::get_associated_allocator(bound), allocator);
  EXPECT_EQ(net::get_associated_cancellation_slot(bound), signal.slot());
}

TEST(BoundHandler, StaysOnItsStrand) {
  net::thread_pool pool(4);
  const auto strand = net::make_strand(pool.get_executor());
  const baton::Context context = new_context();
  std::atomic<int> inside = 0;
  std::atomic<int> overlaps = 0;
  std::atomic<int> right = 0;
  for (int i = 0; i < 200; ++i) {
    net::post(pool, bind(context, net::bind_executor(strand, [&] {
                           overlaps += inside++ == 0 && strand.running_in_this_thread() ? 0 : 1;
                           std::this_thread::sleep_for(std::chrono::microseconds(50));
                           right += baton::current() == context ? 1 : 0;
                           --inside;
                         })));
  }
  pool.join();
  EXPECT_EQ(overlaps, 0);
  EXPECT_EQ(right, 200);
}

TEST(BoundHandler, IsCancelled) {
  net::io_context io;
  const baton::Context context = new_context();
  net::cancellation_signal signal;
  net::steady_timer timer(io, std::chrono::hours(1));
  boost::system::error_code seen;
  timer.async_wait(bind(
      context, net::bind_cancellation_slot(signal.slot(), [&](boost::system::error_code error) {
        seen = error;
        EXPECT_EQ(baton::current(), context);
      })));
  net::post(io, [&] { signal.emit(net::cancellation_type::terminal); });
  io.run();
  EXPECT_EQ(seen, net::error::operation_aborted);
}

}  // namespace
