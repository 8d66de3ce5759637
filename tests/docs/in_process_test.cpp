// SPDX-License-Identifier: Apache-2.0
#include <coroutine>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "in_process.hpp"

#include <gtest/gtest.h>

namespace {

baton::Context context_of(std::uint64_t span) {
  baton::Context context;
  context.set_span_context({baton::TraceId(1, 2), baton::SpanId(span), {}, false, {}});
  return context;
}

std::uint64_t current_span() { return baton::current().span_context().span_id.value(); }

class InProcess : public testing::Test {
 protected:
  const baton::Context context_ = context_of(7);
  std::uint64_t seen_ = 0;

  std::function<void()> look() {
    return [this] { seen_ = current_span(); };
  }
};

TEST_F(InProcess, StartsWork) {
  std::vector<std::thread> threads;
  std::future<int> future;
  {
    const baton::Scope scope(context_);
    start_work(threads, look());
    future = count([](int number) { return number * 10 + static_cast<int>(current_span()); });
  }
  threads[0].join();
  EXPECT_EQ(seen_, 7U);
  EXPECT_EQ(future.get(), 37);
}

TEST_F(InProcess, IsCalledBack) {
  void* data = nullptr;
  {
    const baton::Scope scope(context_);
    data =
        data_for_callback([&](int status) { seen_ = 10 * current_span() + std::uint64_t(status); });
  }
  std::thread(on_answer, data, 3).join();
  EXPECT_EQ(seen_, 73U);
}

TEST_F(InProcess, KeepsAContext) {
  Job job;
  {
    const baton::Context request = context_of(8);
    const baton::Scope scope(request);
    job = Job{.order = "tea"};
  }
  std::string order;
  run(job, [&](const std::string& given) {
    order = given;
    seen_ = current_span();
  });
  EXPECT_EQ(order, "tea");
  EXPECT_EQ(seen_, 8U);
}

/// Runs at once.
struct Root {
  struct promise_type {
    Root get_return_object() { return {}; }
    std::suspend_never initial_suspend() { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};

Root await(Task task, bool& done) {
  co_await task;
  done = true;
}

TEST_F(InProcess, AwaitsCoroutines) {
  std::vector<baton::Context> seen;
  std::coroutine_handle<> shipping;
  struct Suspend : std::suspend_always {
    explicit Suspend(std::coroutine_handle<>& to) : handle(to) {}
    void await_suspend(std::coroutine_handle<> suspended) { handle = suspended; }
    std::coroutine_handle<>& handle;
  };
  const std::function<Task(std::string)> ship = [&](std::string order) -> Task {
    seen.push_back(baton::current());
    co_await Suspend(shipping);
    EXPECT_EQ(order, "tea");
    seen.push_back(baton::current());
  };
  bool done = false;
  await(baton::bind(context_, handle)(ship, "tea"), done);
  for (int i = 0; i < 2; ++i) std::thread([&] { shipping.resume(); }).join();
  ASSERT_TRUE(done);
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen[0], context_);
  EXPECT_EQ(seen[1], context_);
  EXPECT_EQ(seen[2], seen[3]);
  EXPECT_EQ(seen[2].trace_id(), context_.trace_id());
  EXPECT_NE(seen[2], context_);
}

}  // namespace
