// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

#include "baton/context.hpp"
#include "baton/scope.hpp"

namespace baton {

namespace detail {

/// The context of a coroutine: that of its call. It is current from each resumption to the next
/// suspension, which is on the same thread.
class CoroutineContext {
 public:
  void enter() noexcept {
    if (!scope_) scope_.emplace(context_);
  }
  void leave() noexcept { scope_.reset(); }
  [[nodiscard]] const Context& context() const noexcept { return context_; }

 private:
  const Context context_ = current();
  std::optional<Scope> scope_;
};

template <class Awaitable>
decltype(auto) awaiter_of(Awaitable&& awaitable) {
  if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
    return std::forward<Awaitable>(awaitable).operator co_await();
  } else if constexpr (requires { operator co_await(std::forward<Awaitable>(awaitable)); }) {
    return operator co_await(std::forward<Awaitable>(awaitable));
  } else {
    return static_cast<Awaitable&&>(awaitable);
  }
}

/// Awaits an `Awaitable`, which is a reference or a value, in a coroutine with a context.
template <class Awaitable>
class ContextAwaiter {
 public:
  template <class Make>
  ContextAwaiter(CoroutineContext& coroutine, Make make)
      : coroutine_(coroutine),
        awaitable_(make()),
        awaiter_(awaiter_of(static_cast<Awaitable&&>(awaitable_))) {}
  ContextAwaiter(const ContextAwaiter&) = delete;
  ContextAwaiter& operator=(const ContextAwaiter&) = delete;

  decltype(auto) await_ready() { return awaiter_.await_ready(); }

  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> handle) {
    // The awaiter may start work of this coroutine. Before it returns, another thread may resume
    // and destroy the coroutine: the context that is current meanwhile must be a copy.
    const Context context = coroutine_.context();
    Suspension suspension(coroutine_);
    const Scope scope(context);
    if constexpr (std::is_void_v<decltype(awaiter_.await_suspend(handle))>) {
      awaiter_.await_suspend(handle);
      suspension.succeed();
    } else {
      auto result = awaiter_.await_suspend(handle);
      suspension.succeed();
      return result;
    }
  }

  decltype(auto) await_resume() {
    coroutine_.enter();
    return awaiter_.await_resume();
  }

 private:
  /// Leaves the coroutine's context. If an exception prevents the suspension, enters it again.
  class Suspension {
   public:
    explicit Suspension(CoroutineContext& coroutine) noexcept : coroutine_(&coroutine) {
      coroutine.leave();
    }
    ~Suspension() {
      if (coroutine_ != nullptr) coroutine_->enter();
    }
    Suspension(const Suspension&) = delete;
    Suspension& operator=(const Suspension&) = delete;
    void succeed() noexcept { coroutine_ = nullptr; }

   private:
    CoroutineContext* coroutine_;
  };

  CoroutineContext& coroutine_;
  Awaitable awaitable_;
  decltype(awaiter_of(std::declval<Awaitable>())) awaiter_;
};

template <class Promise, class Result, class Parameter>
Parameter parameter_of(Result (Promise::*)(Parameter));
template <class Promise, class Result, class Parameter>
Parameter parameter_of(Result (Promise::*)(Parameter) noexcept);

template <class Promise>
using YieldParameter = decltype(parameter_of(&Promise::yield_value));
/// Has one function of that name.
template <class Promise>
concept HasYieldParameter = requires { typename YieldParameter<Promise>; };

// A name that two bases have is ambiguous.
struct AwaitTransform {
  void await_transform();
};
template <class Promise>
struct WithAwaitTransform : Promise, AwaitTransform {};
template <class Promise>
concept HasAwaitTransform = !requires { &WithAwaitTransform<Promise>::await_transform; };

}  // namespace detail

/// A promise type that gives its coroutines a context, and is otherwise `Promise`.
///
///     class Task {
///       struct Promise { … };  // as before
///      public:
///       using promise_type = baton::ContextPromise<Promise>;
///
/// A coroutine has the context that is current when it is called. In its body that context is
/// current after each `co_await` and `co_yield`, whichever thread resumes it; the code that called
/// or resumed it has its own again when it suspends or ends. A coroutine that it calls inherits its
/// context; `co_await baton::bind(context, other)(…)` calls one with another context.
///
/// An awaiter's functions run in the context of the coroutine that awaits. Its `await_suspend` has
/// a copy, since the coroutine may be resumed before it returns: at most two reference counts.
/// Nothing allocates. `final_suspend` runs in the resumer's context.
///
/// Handles must be those of `promise_type`, not of `Promise`: an awaiter takes
/// `std::coroutine_handle<>` or a template's, and `get_return_object` calls
/// `from_promise(static_cast<promise_type&>(*this))`.
///
/// As everywhere, a scope must end before the next `co_await`.
template <class Promise>
class ContextPromise : public Promise {
 public:
  /// `bind` accepts coroutines with this type in their promise.
  using keeps_context = void;

  using Promise::Promise;

  auto initial_suspend() {
    return detail::ContextAwaiter<decltype(Promise::initial_suspend())>(
        context_, [this]() -> decltype(auto) { return Promise::initial_suspend(); });
  }

  template <class Awaitable>
  auto await_transform(Awaitable&& awaitable) {
    if constexpr (detail::HasAwaitTransform<Promise>) {
      using Transformed = decltype(Promise::await_transform(std::forward<Awaitable>(awaitable)));
      return detail::ContextAwaiter<Transformed>(context_, [&]() -> Transformed {
        return Promise::await_transform(std::forward<Awaitable>(awaitable));
      });
    } else {
      return detail::ContextAwaiter<Awaitable&&>(
          context_, [&]() -> Awaitable&& { return std::forward<Awaitable>(awaitable); });
    }
  }

  /// The argument has the type of the promise's parameter, so that it is converted in the
  /// coroutine, and exists until that is resumed.
  template <class P = Promise>
    requires detail::HasYieldParameter<P>
  auto yield_value(detail::YieldParameter<P> yielded) {
    using Awaitable =
        decltype(Promise::yield_value(std::forward<detail::YieldParameter<P>>(yielded)));
    return detail::ContextAwaiter<Awaitable>(context_, [&]() -> Awaitable {
      return Promise::yield_value(std::forward<detail::YieldParameter<P>>(yielded));
    });
  }
  /// If the promise has several functions of that name, or a template, a value must need no
  /// conversion that makes a temporary.
  template <class Value>
    requires(!detail::HasYieldParameter<Promise>)
  auto yield_value(Value&& yielded) {
    using Awaitable = decltype(Promise::yield_value(std::forward<Value>(yielded)));
    return detail::ContextAwaiter<Awaitable>(context_, [&]() -> Awaitable {
      return Promise::yield_value(std::forward<Value>(yielded));
    });
  }

  /// An exception of this function leaves the coroutine as a suspension does.
  void unhandled_exception() {
    const struct Leave {
      ~Leave() { context.leave(); }
      detail::CoroutineContext& context;
    } leave{context_};
    Promise::unhandled_exception();
  }

  decltype(auto) final_suspend() noexcept {
    context_.leave();
    return Promise::final_suspend();
  }

 private:
  detail::CoroutineContext context_;
};

}  // namespace baton
