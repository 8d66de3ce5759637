#include "baton/carriers/asio.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "baton/baton.hpp"

namespace {

namespace net = boost::asio;
using IoExecutor = net::io_context::executor_type;
using baton::with_context;

static_assert(net::execution::is_executor<baton::ContextExecutor<IoExecutor>>::value);
static_assert(net::execution::is_executor<baton::ContextExecutor<net::any_io_executor>>::value);
static_assert(net::execution::is_executor<baton::ContextExecutor<net::strand<IoExecutor>>>::value);
static_assert(std::is_convertible_v<baton::ContextExecutor<IoExecutor>, net::any_io_executor>);
static_assert(std::is_nothrow_copy_constructible_v<baton::ContextExecutor<IoExecutor>>);

// What any_io_executor holds without allocating.
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

}  // namespace
