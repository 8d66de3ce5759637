// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "baton/asio.hpp"
#include "baton/baton.hpp"
#include "baton/detail/coroutine.hpp"

namespace {

namespace net = boost::asio;
namespace this_coro = net::this_coro;
using namespace net::experimental::awaitable_operators;
using baton::co_with_context;
using baton::with_context;
using std::chrono::hours;
using std::chrono::microseconds;

static_assert(baton::detail::Coroutine<net::awaitable<void>>);
static_assert(baton::detail::Coroutine<net::awaitable<int, net::io_context::executor_type>>);

const baton::Context nothing;

baton::Context new_context() { return baton::Context().child(); }

/// The executors on which a coroutine runs.
struct World {
  World() = default;
  // A thread of either may still be in a call that wakes the other.
  ~World() {
    own.join();
    pool.join();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  net::thread_pool own{2};
  net::thread_pool pool{2};
  net::strand<net::thread_pool::executor_type> strand = net::make_strand(pool.get_executor());
};

net::awaitable<void> wait(std::chrono::nanoseconds time) {
  net::steady_timer timer(co_await this_coro::executor, time);
  co_await timer.async_wait(net::use_awaitable);
}

/// Awaits something, and has this context before and after.
net::awaitable<void> expect(baton::Context context) {
  EXPECT_EQ(baton::current(), context);
  co_await wait(microseconds(10));
  EXPECT_EQ(baton::current(), context);
  co_await net::post(co_await this_coro::executor, net::use_awaitable);
  EXPECT_EQ(baton::current(), context);
}

net::awaitable<void> fail(baton::Context context) {
  co_await expect(context);
  throw std::runtime_error("no");
}

/// Waits until it is canceled.
net::awaitable<void> wait_for_cancellation(baton::Context context) {
  boost::system::error_code error;
  net::steady_timer timer(co_await this_coro::executor, hours(1));
  EXPECT_EQ(baton::current(), context);
  co_await timer.async_wait(net::redirect_error(net::use_awaitable, error));
  EXPECT_EQ(error, net::error::operation_aborted);
  EXPECT_EQ(baton::current(), context);
}

net::awaitable<void> go_to(net::thread_pool& pool) {
  co_await net::post(net::bind_executor(with_context(pool.get_executor()), net::use_awaitable));
}

/// One way to suspend. The awaiting code checks the current context after it.
struct Step {
  std::string name;
  std::function<net::awaitable<void>(World&)> run;
};

const std::vector<Step> steps{
    {"post to the own executor",
     [](World&) -> net::awaitable<void> {
       co_await net::post(co_await this_coro::executor, net::use_awaitable);
     }},
    {"post without an executor",
     [](World&) -> net::awaitable<void> { co_await net::post(net::use_awaitable); }},
    {"dispatch",
     [](World&) -> net::awaitable<void> {
       co_await net::dispatch(co_await this_coro::executor, net::use_awaitable);
     }},
    {"timer", [](World&) { return wait(microseconds(50)); }},
    {"an I/O object of a pool",
     [](World& world) -> net::awaitable<void> {
       net::steady_timer timer(world.pool, microseconds(50));
       co_await timer.async_wait(net::use_awaitable);
     }},
    {"post to a pool",
     [](World& world) -> net::awaitable<void> {
       const std::thread::id before = std::this_thread::get_id();
       co_await go_to(world.pool);
       EXPECT_NE(std::this_thread::get_id(), before);
     }},
    {"hop to a strand and within it",
     [](World& world) -> net::awaitable<void> {
       const auto executor = with_context(world.strand);
       co_await net::post(net::bind_executor(executor, net::use_awaitable));
       EXPECT_TRUE(world.strand.running_in_this_thread());
       co_await net::dispatch(net::bind_executor(executor, net::use_awaitable));
       EXPECT_TRUE(world.strand.running_in_this_thread());
     }},
    {"hop to a strand and back",
     [](World& world) -> net::awaitable<void> {
       const baton::Context mine = baton::current();
       co_await net::dispatch(net::bind_executor(with_context(world.strand), net::use_awaitable));
       EXPECT_EQ(baton::current(), mine);
       co_await net::dispatch(net::use_awaitable);
       EXPECT_FALSE(world.strand.running_in_this_thread());
     }},
    {"co_spawn on the own executor",
     [](World&) -> net::awaitable<void> {
       co_await net::co_spawn(co_await this_coro::executor, expect(baton::current()),
                              net::use_awaitable);
     }},
    {"co_spawn on a plain executor",
     [](World& world) -> net::awaitable<void> {
       co_await net::co_spawn(world.pool, expect(nothing), net::use_awaitable);
     }},
    {"co_spawn on another executor",
     [](World& world) -> net::awaitable<void> {
       co_await net::co_spawn(with_context(world.pool.get_executor()), expect(baton::current()),
                              net::use_awaitable);
     }},
    {"another context",
     [](World&) -> net::awaitable<void> {
       const baton::Context other = new_context();
       co_await co_with_context(other, expect(other));
     }},
    {"no context",
     [](World&) -> net::awaitable<void> { co_await co_with_context(nothing, expect(nothing)); }},
    {"another context that is never left",
     [](World&) -> net::awaitable<void> {
       co_await co_with_context(new_context(), []() -> net::awaitable<void> { co_return; }());
     }},
    {"another context that ends on a pool",
     [](World& world) -> net::awaitable<void> {
       co_await co_with_context(new_context(), go_to(world.pool));
     }},
    {"an exception out of another context",
     [](World&) -> net::awaitable<void> {
       const baton::Context other = new_context();
       const baton::Context mine = baton::current();
       bool thrown = false;
       try {
         co_await co_with_context(other, fail(other));
       } catch (const std::runtime_error&) {
         thrown = true;
         EXPECT_EQ(baton::current(), mine);
       }
       EXPECT_TRUE(thrown);
     }},
    {"a && b",
     [](World&) -> net::awaitable<void> {
       const baton::Context other = new_context();
       co_await (expect(baton::current()) && co_with_context(other, expect(other)) &&
                 expect(baton::current()));
     }},
    {"a || b",
     [](World&) -> net::awaitable<void> {
       const auto result =
           co_await (expect(baton::current()) || wait_for_cancellation(baton::current()));
       EXPECT_EQ(result.index(), 0U);
     }},
    {"a || b in other contexts",
     [](World&) -> net::awaitable<void> {
       const baton::Context a = new_context();
       const baton::Context b = new_context();
       const auto result =
           co_await (co_with_context(a, wait_for_cancellation(a)) || co_with_context(b, expect(b)));
       EXPECT_EQ(result.index(), 1U);
     }},
    {"parallel_group",
     [](World& world) -> net::awaitable<void> {
       net::steady_timer soon(co_await this_coro::executor, microseconds(50));
       net::steady_timer late(world.pool, hours(1));
       co_await net::experimental::make_parallel_group(soon.async_wait(net::deferred),
                                                       late.async_wait(net::deferred))
           .async_wait(net::experimental::wait_for_one(), net::use_awaitable);
     }},
    {"parallel_group of coroutines",
     [](World& world) -> net::awaitable<void> {
       const baton::Context mine = baton::current();
       co_await net::experimental::make_parallel_group(
           net::co_spawn(co_await this_coro::executor, expect(mine), net::deferred),
           net::co_spawn(with_context(world.pool.get_executor()), expect(mine), net::deferred))
           .async_wait(net::experimental::wait_for_all(), net::use_awaitable);
     }},
    {"an operation that is cancelled",
     [](World&) -> net::awaitable<void> {
       const auto executor = co_await this_coro::executor;
       net::steady_timer timer(executor, hours(1));
       net::post(executor, [&] { timer.cancel(); });
       bool cancelled = false;
       try {
         co_await timer.async_wait(net::use_awaitable);
       } catch (const boost::system::system_error& error) {
         cancelled = error.code() == net::error::operation_aborted;
       }
       EXPECT_TRUE(cancelled);
     }},
};

/// Takes each step twice, and has its own context after each.
net::awaitable<void> take_steps(World& world, baton::Context mine) {
  for (int round = 0; round < 2; ++round) {
    for (const Step& step : steps) {
      co_await step.run(world);
      EXPECT_EQ(baton::current(), mine) << step.name;
      co_await net::post(net::use_awaitable);
      EXPECT_EQ(baton::current(), mine) << step.name;
    }
  }
}

TEST(CoWithContext, HasItsContextAfterEachStep) {
  World world;
  const baton::Context context = new_context();
  const auto session = [&]() -> net::awaitable<void> {
    co_await co_with_context(context, take_steps(world, context));
    EXPECT_EQ(baton::current(), nothing);
    co_await net::post(net::use_awaitable);
    EXPECT_EQ(baton::current(), nothing);
  };
  EXPECT_NO_THROW(net::co_spawn(net::make_strand(world.own), session(), net::use_future).get());
}

TEST(CoWithContext, LeavesACoroutineWithoutAContextWithoutOne) {
  World world;
  EXPECT_NO_THROW(
      net::co_spawn(net::make_strand(world.own), take_steps(world, nothing), net::use_future)
          .get());
}

TEST(CoWithContext, GivesACoroutineOnAContextExecutorItsOwnBack) {
  World world;
  const baton::Context context = new_context();
  EXPECT_NO_THROW(net::co_spawn(with_context(net::make_strand(world.own), context),
                                take_steps(world, context), net::use_future)
                      .get());
}

TEST(CoWithContext, KeepsManyApart) {
  World world;
  std::vector<std::future<void>> all;
  for (int i = 0; i < 20; ++i) {
    const baton::Context context = i % 3 == 0 ? nothing : new_context();
    all.push_back(net::co_spawn(net::make_strand(world.own),
                                co_with_context(context, take_steps(world, context)),
                                net::use_future));
  }
  for (std::future<void>& each : all) EXPECT_NO_THROW(each.get());
}

// The documented behavior of a token with a plain executor: Baton is not involved.
TEST(CoWithContext, HasNothingOnAPlainExecutorUntilTheNextStep) {
  World world;
  const baton::Context context = new_context();
  const auto session = [&]() -> net::awaitable<void> {
    co_await net::post(net::bind_executor(world.pool.get_executor(), net::use_awaitable));
    EXPECT_EQ(baton::current(), nothing);
    co_await net::post(net::use_awaitable);
    EXPECT_EQ(baton::current(), context);
  };
  EXPECT_NO_THROW(
      net::co_spawn(world.own, co_with_context(context, session()), net::use_future).get());
}

net::awaitable<std::string> work(std::string job) {
  co_await net::post(net::use_awaitable);
  co_return job + ' ' + baton::current().span_context().trace_id.to_string();
}

net::awaitable<std::string> handle(baton::Context incoming, std::string job) {
  co_return co_await baton::co_with_context(incoming, work(std::move(job)));
}

TEST(CoWithContext, GivesResultsOn) {
  net::io_context io;
  const baton::Context incoming = new_context();
  std::future<std::string> done = net::co_spawn(io, handle(incoming, "job"), net::use_future);
  io.run();
  EXPECT_EQ(done.get(), "job " + incoming.span_context().trace_id.to_string());
}

struct Named {
  explicit Named(std::string text) : name(std::make_unique<std::string>(std::move(text))) {}
  std::unique_ptr<std::string> name;
};

TEST(CoWithContext, GivesResultsOnThatHaveNoDefault) {
  net::io_context io;
  std::string name;
  const auto session = [&]() -> net::awaitable<void> {
    const auto work = []() -> net::awaitable<Named> {
      co_await net::post(net::use_awaitable);
      co_return Named("text");
    };
    const Named named = co_await co_with_context(new_context(), work());
    name = *named.name;
  };
  net::co_spawn(io, session(), net::detached);
  io.run();
  EXPECT_EQ(name, "text");
}

/// The result of a canceled coroutine that awaits `work`, and accepts these cancellations.
struct Cancelled {
  bool reached = false;
  bool ended = false;
};

template <class Filter>
Cancelled cancel(net::cancellation_type type, Filter filter, bool in_context) {
  net::io_context io;
  net::cancellation_signal signal;
  Cancelled result;
  net::steady_timer timer(io, hours(1));
  const auto work = [&]() -> net::awaitable<void> {
    boost::system::error_code error;
    co_await timer.async_wait(net::redirect_error(net::use_awaitable, error));
    co_await net::post(net::use_awaitable);  // throws unless that is disabled
    const net::cancellation_state state = co_await this_coro::cancellation_state;
    result.reached = error == net::error::operation_aborted && state.cancelled() == type;
  };
  const auto session = [&]() -> net::awaitable<void> {
    co_await this_coro::reset_cancellation_state(filter);
    co_await this_coro::throw_if_cancelled(false);
    if (in_context) {
      co_await co_with_context(new_context(), work());
    } else {
      co_await work();
    }
    EXPECT_EQ(baton::current(), nothing);
    co_await net::post(net::use_awaitable);
    result.ended = true;
  };
  net::co_spawn(io, session(), net::bind_cancellation_slot(signal.slot(), net::detached));
  io.poll();
  signal.emit(type);
  io.poll();
  timer.cancel();
  io.run();
  return result;
}

TEST(CoWithContext, IsCancelledAsIfItWereAwaitedPlainly) {
  using net::cancellation_type;
  for (const auto type :
       {cancellation_type::terminal, cancellation_type::partial, cancellation_type::total}) {
    const auto check = [&](auto filter) {
      const Cancelled plain = cancel(type, filter, false);
      const Cancelled ours = cancel(type, filter, true);
      EXPECT_TRUE(plain.ended && ours.ended);
      EXPECT_EQ(plain.reached, ours.reached) << static_cast<unsigned>(type);
    };
    check(net::disable_cancellation());
    check(net::enable_terminal_cancellation());
    check(net::enable_partial_cancellation());
    check(net::enable_total_cancellation());
  }
}

/// The cancellations that `work` sees: one that arrived before it was awaited, and the next one.
std::vector<net::cancellation_type> see_earlier_cancellation(bool in_context) {
  net::io_context io;
  net::cancellation_signal signal;
  std::vector<net::cancellation_type> seen;
  const auto work = [&]() -> net::awaitable<void> {
    seen.push_back((co_await this_coro::cancellation_state).cancelled());
    co_await wait_for_cancellation(baton::current());
    seen.push_back((co_await this_coro::cancellation_state).cancelled());
  };
  const auto session = [&]() -> net::awaitable<void> {
    co_await this_coro::reset_cancellation_state(net::enable_total_cancellation());
    co_await this_coro::throw_if_cancelled(false);
    co_await wait_for_cancellation(nothing);
    if (in_context) {
      co_await co_with_context(new_context(), work());
    } else {
      co_await work();
    }
    EXPECT_EQ(baton::current(), nothing);
  };
  net::co_spawn(io, session(), net::bind_cancellation_slot(signal.slot(), net::detached));
  for (const auto type : {net::cancellation_type::partial, net::cancellation_type::total}) {
    io.poll();
    signal.emit(type);
  }
  io.run();
  return seen;
}

TEST(CoWithContext, HandsOnACancellationThatCameBefore) {
  EXPECT_EQ(see_earlier_cancellation(true), see_earlier_cancellation(false));
}

TEST(CoWithContext, ThrowsWhenItIsCancelledAsTheAwaitingCoroutineWould) {
  net::io_context io;
  net::cancellation_signal signal;
  bool thrown = false;
  const auto work = []() -> net::awaitable<void> {
    boost::system::error_code ignored;
    net::steady_timer timer(co_await this_coro::executor, hours(1));
    co_await timer.async_wait(net::redirect_error(net::use_awaitable, ignored));
    co_await net::post(net::use_awaitable);
    ADD_FAILURE() << "went on";
  };
  const auto session = [&]() -> net::awaitable<void> {
    try {
      co_await co_with_context(new_context(), work());
    } catch (const boost::system::system_error& error) {
      thrown = error.code() == net::error::operation_aborted;
      EXPECT_EQ(baton::current(), nothing);
    }
  };
  net::co_spawn(io, session(), net::bind_cancellation_slot(signal.slot(), net::detached));
  io.poll();
  signal.emit(net::cancellation_type::terminal);
  io.run();
  EXPECT_TRUE(thrown);
}

TEST(CoWithContext, IsDestroyedWithItsExecutionContext) {
  const auto held = std::make_shared<int>(0);
  {
    net::io_context io;
    const auto work = [](std::shared_ptr<int>) -> net::awaitable<void> { co_await wait(hours(1)); };
    net::co_spawn(io, co_with_context(new_context(), work(held)), net::detached);
    io.poll();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(baton::current(), nothing);
}

}  // namespace
