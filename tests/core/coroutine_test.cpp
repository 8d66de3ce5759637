// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/coroutine.hpp"

#include <coroutine>
#include <future>
#include <optional>
#include <string>

namespace baton::detail::coroutine_test {

struct Awaiter {
  bool await_ready() const;
  void await_suspend(std::coroutine_handle<>);
  void await_resume();
};
struct Task {
  Awaiter operator co_await();
};
struct TaskToMove {
  Awaiter operator co_await() &&;
};
struct TaskFromOutside {};
Awaiter operator co_await(const TaskFromOutside&);
struct TaskToMoveFromOutside {};
Awaiter operator co_await(TaskToMoveFromOutside&&);
struct Generator {  // not awaitable, but it runs later
  struct promise_type;
};

static_assert(Coroutine<Awaiter>);
static_assert(Coroutine<Task> && Coroutine<Task&> && Coroutine<const Generator&>);
static_assert(Coroutine<TaskToMove>);
static_assert(Coroutine<TaskFromOutside>);
static_assert(Coroutine<TaskToMoveFromOutside>);
static_assert(Coroutine<Generator>);

static_assert(!Coroutine<void> && !Coroutine<int> && !Coroutine<int&> && !Coroutine<void (*)()>);
static_assert(!Coroutine<std::optional<std::string>> && !Coroutine<const std::string&>);
static_assert(!Coroutine<std::future<int>>);

}  // namespace baton::detail::coroutine_test
