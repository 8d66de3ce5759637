// SPDX-License-Identifier: Apache-2.0
#include "baton/coroutine.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "support/context_of.hpp"
#include "support/numbered.hpp"

// Coroutines of a task type that knows nothing of contexts but the name of its promise.
namespace baton {
namespace {

/// A lazily started coroutine, which its awaiter or `start` resumes.
class Task {
  struct Promise;

 public:
  using promise_type = ContextPromise<Promise>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  ~Task() {
    if (handle_) handle_.destroy();
  }

  [[nodiscard]] Handle handle() const noexcept { return handle_; }

  auto operator co_await() && noexcept;

 private:
  struct Promise {
    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(Handle handle) noexcept {
        const std::coroutine_handle<> next = handle.promise().continuation;
        return next ? next : std::noop_coroutine();
      }
      void await_resume() noexcept {}
    };

    Task get_return_object() noexcept {
      return Task(Handle::from_promise(static_cast<promise_type&>(*this)));
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }

    std::coroutine_handle<> continuation;
    std::exception_ptr error;
  };

  Handle handle_;
};

auto Task::operator co_await() && noexcept {
  struct Awaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
      handle.promise().continuation = awaiting;
      return handle;
    }
    void await_resume() const {
      if (handle.promise().error) std::rethrow_exception(handle.promise().error);
    }
    Handle handle;
  };
  return Awaiter{handle_};
}

/// A coroutine that owns itself and runs at once until it first suspends.
struct Detached {
  struct Promise {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  using promise_type = ContextPromise<Promise>;
};

Context numbered_context(std::size_t number) {
  Context context;
  context.set_span_context({TraceId(1, number + 1), SpanId(number + 1), TraceFlags(1), false,
                            TraceState::parse("a=1").value()});
  context.set_baggage(Baggage::parse(test::numbered("k=", number)));
  return context;
}

/// Threads with a queue each, and each with a context of its own.
class Threads {
 public:
  static constexpr std::size_t count = 4;

  Threads() {
    for (std::size_t i = 0; i < count; ++i) threads_[i] = std::thread([this, i] { run(i); });
  }
  ~Threads() {
    for (std::size_t i = 0; i < count; ++i) post(i, nullptr);
    for (std::thread& thread : threads_) thread.join();
  }

  /// Continues the awaiting coroutine on another thread.
  auto hop(std::size_t index) {
    struct Awaiter {
      [[nodiscard]] bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> handle) const { threads.post(index, handle); }
      void await_resume() const noexcept {}
      Threads& threads;
      std::size_t index;
    };
    return Awaiter{*this, index % count};
  }

  /// How often a thread did not have its own context again when a coroutine suspended.
  [[nodiscard]] std::size_t errors() const noexcept { return errors_; }

 private:
  struct Queue {
    std::mutex mutex;
    std::condition_variable filled;
    std::deque<std::coroutine_handle<>> handles;
  };

  void post(std::size_t index, std::coroutine_handle<> handle) {
    Queue& queue = queues_[index];
    const std::lock_guard lock(queue.mutex);
    queue.handles.push_back(handle);
    queue.filled.notify_one();
  }

  std::coroutine_handle<> take(Queue& queue) {
    std::unique_lock lock(queue.mutex);
    queue.filled.wait(lock, [&] { return !queue.handles.empty(); });
    const std::coroutine_handle<> handle = queue.handles.front();
    queue.handles.pop_front();
    return handle;
  }

  void run(std::size_t index) {
    const Context own = index % 2 == 0 ? Context() : numbered_context(1'000'000 + index);
    const Scope scope(own);
    while (const std::coroutine_handle<> handle = take(queues_[index])) {
      handle.resume();
      if (&current() != &own) ++errors_;
    }
  }

  std::array<Queue, count> queues_;
  std::array<std::thread, count> threads_;
  std::atomic<std::size_t> errors_{0};
};

constexpr std::size_t hops = 5;

struct Checks {
  std::atomic<std::size_t> steps{0};
  std::atomic<std::size_t> errors{0};

  void expect(const Context& expected) {
    ++steps;
    if (current() != expected) ++errors;
  }
};

Task visit(Threads& threads, std::size_t first, const Context& expected, Checks& checks) {
  for (std::size_t i = 0; i < hops; ++i) {
    checks.expect(expected);
    co_await threads.hop(first + i);
    checks.expect(expected);
    const Context inner = current().child();
    {
      const Scope scope(inner);
      checks.expect(inner);
    }
    checks.expect(expected);
  }
}

/// Has its own context before and after each hop, and before and after each coroutine that it
/// awaits, with its own context and with another one.
Detached travel(Threads& threads, std::size_t number, Checks& checks, std::latch& done) {
  const Context own = numbered_context(number);
  const Context other = numbered_context(number + 500'000);
  checks.expect(own);
  co_await threads.hop(number);
  checks.expect(own);
  co_await visit(threads, number + 1, own, checks);
  checks.expect(own);
  co_await bind(other, visit)(threads, number + 2, other, checks);
  checks.expect(own);
  done.count_down();
}

TEST(ContextPromiseTest, TenThousandCoroutinesHopBetweenFourThreads) {
  constexpr std::size_t coroutines = 10'000;
  Checks checks;
  std::latch done(coroutines);
  std::optional<Threads> threads(std::in_place);
  for (std::size_t i = 0; i < coroutines; ++i) {
    const Context context = numbered_context(i);
    bind(context, travel)(*threads, i, checks, done);
    EXPECT_EQ(current(), Context());
  }
  done.wait();
  EXPECT_EQ(threads->errors(), 0U);
  threads.reset();
  EXPECT_EQ(checks.steps, coroutines * (4 + 2 * hops * 4));
  EXPECT_EQ(checks.errors, 0U);
}

/// Resumes coroutines by hand, on this thread.
class ContextPromiseSteps : public testing::Test {
 protected:
  const Context own_ = numbered_context(1);
  const Context other_ = numbered_context(2);

  static void resume(const Task& task, const Context& context) {
    const Scope scope(context);
    task.handle().resume();
    EXPECT_EQ(&current(), &context);
  }
  static void resume(const Task& task) {
    task.handle().resume();
    EXPECT_EQ(current(), Context());
  }
  /// Calls and starts a coroutine in `own_`. The function must exist as long as the coroutine.
  template <class Function>
  Task start(const Function& function) {
    Task task = bind(own_, std::ref(function))();
    resume(task, other_);
    return task;
  }
};

TEST_F(ContextPromiseSteps, HasTheContextOfItsCallInEachStep) {
  std::vector<Context> seen;
  const auto body = [&]() -> Task {
    for (int i = 0; i < 3; ++i) {
      seen.push_back(current());
      co_await std::suspend_always();
    }
    seen.push_back(current());
  };
  const Task task = bind(own_, std::ref(body))();
  EXPECT_TRUE(seen.empty());
  for (int i = 0; i < 4; ++i) resume(task, other_);
  EXPECT_TRUE(task.handle().done());
  EXPECT_EQ(seen, std::vector<Context>(4, own_));
}

TEST_F(ContextPromiseSteps, MayHaveNoContext) {
  std::vector<Context> seen;
  const auto body = [&]() -> Task {
    seen.push_back(current());
    co_await std::suspend_always();
    seen.push_back(current());
  };
  const Task task = body();
  resume(task, other_);
  resume(task, other_);
  EXPECT_EQ(seen, std::vector<Context>(2));
}

TEST_F(ContextPromiseSteps, MayBeDestroyedWhileItIsSuspended) {
  const auto body = [&]() -> Task { co_await std::suspend_always(); };
  {
    const Task never_started = bind(own_, std::ref(body))();
  }
  {
    const Task suspended = start(body);
  }
  EXPECT_EQ(current(), Context());
}

/// Records the context of each of its functions, and suspends as it is told.
template <class Result>
struct Recorder {
  [[nodiscard]] bool await_ready() const {
    seen.push_back(current());
    return false;
  }
  Result await_suspend(std::coroutine_handle<> handle) const {
    seen.push_back(current());
    return suspend(handle);
  }
  std::string& await_resume() const {
    seen.push_back(current());
    return result;
  }
  std::vector<Context>& seen;
  std::string& result;
  std::function<Result(std::coroutine_handle<>)> suspend;
};

TEST_F(ContextPromiseSteps, AnAwaitersFunctionsRunInItsContext) {
  std::vector<Context> seen;
  std::string result;
  const auto body = [&]() -> Task {
    const std::string& given = co_await Recorder<void>{seen, result, [](auto) {}};
    EXPECT_EQ(&given, &result);
  };
  const Task task = start(body);
  resume(task, other_);
  EXPECT_TRUE(task.handle().done());
  EXPECT_EQ(seen, std::vector<Context>(3, own_));
}

TEST_F(ContextPromiseSteps, AnAwaiterMayDecideNotToSuspend) {
  std::vector<Context> seen;
  std::string result;
  const auto body = [&]() -> Task {
    co_await Recorder<bool>{seen, result, [](auto) { return false; }};
    seen.push_back(current());
    co_await std::suspend_never();
    seen.push_back(current());
    co_await Recorder<bool>{seen, result, [](auto) { return true; }};
  };
  const Task task = start(body);
  EXPECT_FALSE(task.handle().done());
  EXPECT_EQ(seen, std::vector<Context>(7, own_));
}

TEST_F(ContextPromiseSteps, AnAwaiterMayThrowInsteadOfSuspending) {
  std::vector<Context> seen;
  std::string result;
  const auto body = [&]() -> Task {
    try {
      co_await Recorder<void>{seen, result, [](auto) { throw std::runtime_error("refused"); }};
    } catch (const std::runtime_error&) {
      seen.push_back(current());
    }
    co_await std::suspend_always();
    seen.push_back(current());
  };
  const Task task = start(body);
  resume(task);
  EXPECT_EQ(seen, std::vector<Context>(4, own_));
}

TEST_F(ContextPromiseSteps, AnAwaiterMayResumeBeforeItReturns) {
  std::vector<Context> seen;
  struct Resuming : std::suspend_always {
    explicit Resuming(std::vector<Context>& contexts) noexcept : seen(contexts) {}
    void await_suspend(std::coroutine_handle<> handle) const {
      std::vector<Context>& contexts = seen;  // the resumed coroutine destroys this awaiter
      handle.resume();
      contexts.push_back(current());
    }
    std::vector<Context>& seen;
  };
  const auto body = [&]() -> Task {
    co_await Resuming(seen);
    seen.push_back(current());
    co_await std::suspend_always();
  };
  const Task task = start(body);
  EXPECT_FALSE(task.handle().done());
  EXPECT_EQ(seen, std::vector<Context>(2, own_));
}

TEST_F(ContextPromiseSteps, AnAwaiterMayContinueAnotherCoroutine) {
  std::vector<Context> seen;
  const auto record = [&]() -> Task {
    seen.push_back(current());
    co_return;
  };
  const Task next = bind(other_, std::ref(record))();
  std::string result;
  std::vector<Context> unused;
  const auto body = [&]() -> Task {
    co_await Recorder<std::coroutine_handle<>>{unused, result, [&](auto) { return next.handle(); }};
  };
  const Task task = start(body);
  EXPECT_EQ(seen, std::vector{other_});
}

/// Another thread resumes, ends and destroys the coroutine while its awaiter has not returned.
TEST_F(ContextPromiseSteps, TheCoroutineMayEndBeforeItsAwaiterReturns) {
  std::thread thread;
  std::string seen;
  struct Ending {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
      std::thread& other = thread;
      std::string& result = seen;
      std::binary_semaphore ended(0);
      other = std::thread([&ended, handle] {
        handle.resume();
        ended.release();
      });
      ended.acquire();
      result = current().baggage().get("k").value_or("none");
    }
    void await_resume() const noexcept {}
    std::thread& thread;
    std::string& seen;
  };
  const auto body = [&]() -> Detached { co_await Ending{thread, seen}; };
  {
    const Context context = numbered_context(7);
    bind(context, std::ref(body))();
  }
  thread.join();
  EXPECT_EQ(seen, "7");
  EXPECT_EQ(current(), Context());
}

TEST_F(ContextPromiseSteps, AnExceptionOfAnAwaitedCoroutineArrivesInTheAwaitingContext) {
  std::vector<Context> seen;
  const auto fails = [&]() -> Task {
    co_await std::suspend_never();
    throw std::runtime_error("failed");
  };
  const auto body = [&]() -> Task {
    try {
      co_await bind(other_, fails)();
    } catch (const std::runtime_error&) {
      seen.push_back(current());
    }
  };
  const Task task = start(body);
  EXPECT_TRUE(task.handle().done());
  EXPECT_EQ(seen, std::vector{own_});
}

struct ByMember {
  int value;
  auto operator co_await() const& {
    struct Awaiter : std::suspend_always {
      [[nodiscard]] int await_resume() const noexcept { return value; }
      int value;
    };
    return Awaiter{{}, value};
  }
};
struct ByFunction {
  int value;
};
auto operator co_await(const ByFunction& from) { return ByMember{from.value}.operator co_await(); }

TEST_F(ContextPromiseSteps, AwaitsWhateverCanBeAwaited) {
  std::vector<int> values;
  const ByMember lvalue{1};
  std::suspend_always awaiter;
  const auto body = [&]() -> Task {
    values.push_back(co_await lvalue);
    values.push_back(co_await ByMember{2});
    values.push_back(co_await ByFunction{3});
    co_await awaiter;
    EXPECT_EQ(current(), own_);
  };
  const Task task = start(body);
  for (int i = 0; i < 4; ++i) resume(task);
  EXPECT_TRUE(task.handle().done());
  EXPECT_EQ(values, (std::vector{1, 2, 3}));
}

/// A generator with parameters in its promise, an `await_transform` and a rethrown exception.
struct Generator {
  struct Promise;
  using promise_type = ContextPromise<Promise>;
  using Handle = std::coroutine_handle<promise_type>;
  struct Seconds {
    int count;
  };
  struct Promise {
    Promise(int from, const std::vector<Context>&) noexcept : parameter(from) {}
    Generator get_return_object() noexcept {
      return {Handle::from_promise(static_cast<promise_type&>(*this))};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int next) noexcept {
      value = next;
      return {};
    }
    ByMember await_transform(Seconds seconds) const noexcept { return {seconds.count}; }
    void return_void() noexcept {}
    void unhandled_exception() {
      context_of_exception = current();
      throw;
    }
    int parameter;
    int value = 0;
    Context context_of_exception;
  };

  Generator(Handle made) noexcept : handle(made) {}
  Generator(Generator&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  ~Generator() {
    if (handle) handle.destroy();
  }
  Handle handle;
};

Generator count(int from, std::vector<Context>& seen) {
  seen.push_back(current());
  co_yield from;
  seen.push_back(current());
  co_yield co_await Generator::Seconds{from + 1};
  seen.push_back(current());
  throw std::runtime_error("failed");
}

TEST_F(ContextPromiseSteps, APromiseKeepsItsOwnFunctions) {
  std::vector<Context> seen;
  const Generator numbers = bind(own_, count)(3, seen);
  const Generator::promise_type& promise = numbers.handle.promise();
  EXPECT_EQ(promise.parameter, 3);
  const Scope scope(other_);
  numbers.handle.resume();
  EXPECT_EQ(&current(), &other_);
  EXPECT_EQ(promise.value, 3);
  numbers.handle.resume();  // until it awaits
  EXPECT_EQ(&current(), &other_);
  numbers.handle.resume();
  EXPECT_EQ(&current(), &other_);
  EXPECT_EQ(promise.value, 4);
  EXPECT_THROW(numbers.handle.resume(), std::runtime_error);
  EXPECT_EQ(&current(), &other_);
  EXPECT_EQ(seen, std::vector<Context>(3, own_));
  EXPECT_EQ(promise.context_of_exception, own_);
  EXPECT_TRUE(numbers.handle.done());
}

static_assert(detail::KeepsContext<Task> && detail::KeepsContext<Generator&&>);
static_assert(!detail::KeepsContext<std::future<int>> && !detail::KeepsContext<void>);

}  // namespace
}  // namespace baton
