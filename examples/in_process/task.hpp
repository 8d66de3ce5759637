// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/coroutine.hpp>
#include <coroutine>
#include <exception>
#include <utility>

namespace example {

/// A coroutine that runs when it is awaited. Only the two lines with `promise_type` are about
/// contexts.
class [[nodiscard]] Task {
  struct Promise;

 public:
  using promise_type = baton::ContextPromise<Promise>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  Handle await_suspend(std::coroutine_handle<> awaiting) const noexcept {
    handle_.promise().awaiting = awaiting;
    return handle_;
  }
  void await_resume() const {
    if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
  }

 private:
  struct Promise {
    struct Final : std::suspend_always {
      std::coroutine_handle<> await_suspend(Handle handle) const noexcept {
        return handle.promise().awaiting;
      }
    };

    Task get_return_object() noexcept {
      return Task(Handle::from_promise(static_cast<promise_type&>(*this)));
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Final final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() noexcept { error = std::current_exception(); }

    std::coroutine_handle<> awaiting;
    std::exception_ptr error;
  };

  Handle handle_;
};

/// A coroutine that runs at once, and that nobody awaits.
struct Detached {
  struct Promise {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
  using promise_type = baton::ContextPromise<Promise>;
};

}  // namespace example
