// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/associator.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "baton/context.hpp"
#include "baton/scope.hpp"

namespace baton {

/// An Asio executor that makes a context current around each function that it runs, and is
/// otherwise the executor that it wraps. All that has it as its associated executor runs in that
/// context: completion handlers, and coroutines at each of their resumptions through it.
///
///     boost::asio::co_spawn(baton::with_context(executor, context), session(), detached);
///     timer.async_wait(bind_executor(baton::with_context(executor, context), handler));
///
/// A copy costs a reference count. Two are equal if the wrapped executors are equal and the context
/// is the same object. Any thread may use it. I/O objects made from it keep the context until they
/// are destroyed: pass the wrapped executor to those that outlive a request.
///
/// Asio may resume a coroutine that awaits another one inside the function that ended the other. So
/// a coroutine on a plain executor that awaits `co_spawn(with_context(…), …, use_awaitable)`
/// continues in that context. It should await `co_with_context` instead.
template <class Inner>
class ContextExecutor {
 public:
  using inner_executor_type = Inner;

  ContextExecutor(Inner inner, std::shared_ptr<const Context> context) noexcept
      : inner_(std::move(inner)), context_(std::move(context)) {}

  [[nodiscard]] const Inner& get_inner_executor() const noexcept { return inner_; }
  /// The result of `current()` in the functions that it runs.
  [[nodiscard]] const Context& context() const noexcept {
    return context_ != nullptr ? *context_ : detail::empty_context();
  }

  template <class Function>
  void execute(Function&& function) const {
    inner_.execute([context = context_,
                    function = std::decay_t<Function>(std::forward<Function>(function))]() mutable {
      const Scope scope(context != nullptr ? *context : detail::empty_context());
      std::move(function)();
    });
  }

  template <class Property>
    requires boost::asio::can_query_v<const Inner&, Property>
  decltype(auto) query(const Property& property) const
      noexcept(boost::asio::is_nothrow_query_v<const Inner&, Property>) {
    return boost::asio::query(inner_, property);
  }

  template <class Property>
    requires boost::asio::can_require_v<const Inner&, Property>
  auto require(const Property& property) const {
    return rebind(boost::asio::require(inner_, property));
  }

  template <class Property>
    requires boost::asio::can_prefer_v<const Inner&, Property>
  auto prefer(const Property& property) const {
    return rebind(boost::asio::prefer(inner_, property));
  }

  friend bool operator==(const ContextExecutor& a, const ContextExecutor& b) noexcept {
    return a.context_ == b.context_ && a.inner_ == b.inner_;
  }
  friend bool operator!=(const ContextExecutor& a, const ContextExecutor& b) noexcept {
    return !(a == b);
  }

 private:
  template <class Other>
  ContextExecutor<Other> rebind(Other inner) const {
    return {std::move(inner), context_};
  }

  Inner inner_;
  std::shared_ptr<const Context> context_;  // none: an empty context
};

/// `executor`, with `context` current in all that it runs. An empty context makes nothing current.
///
/// A coroutine continues on another executor with its context, until the next `co_await`, by
///
///     co_await post(bind_executor(baton::with_context(pool.get_executor()), use_awaitable));
template <class Executor>
[[nodiscard]] ContextExecutor<Executor> with_context(Executor executor,
                                                     Context context = current()) {
  if (context == Context()) return {std::move(executor), nullptr};
  return {std::move(executor), std::make_shared<const Context>(std::move(context))};
}

namespace detail {

template <class Result>
struct Spawned {
  using type = std::optional<Result>;  // co_spawn requires a default constructor
};
template <>
struct Spawned<void> {
  using type = void;
};

/// Forwards cancellations, and can start one.
struct CancellationRelay {
  void operator()(boost::asio::cancellation_type_t type) { signal.emit(type); }

  boost::asio::cancellation_signal signal;
};

/// The coroutine to spawn in place of `work`, so that it behaves as if `work` were awaited
/// directly: the cancellations that the awaiting coroutine accepts reach `work`, through the
/// `relay` if one has already arrived.
template <class Result, class Executor>
boost::asio::awaitable<typename Spawned<Result>::type, Executor> as_awaited(
    boost::asio::awaitable<Result, Executor> work, bool throws_if_cancelled,
    CancellationRelay* relay, boost::asio::cancellation_type_t cancelled) {
  namespace this_coro = boost::asio::this_coro;
  co_await this_coro::reset_cancellation_state(boost::asio::enable_total_cancellation());
  co_await this_coro::throw_if_cancelled(throws_if_cancelled);
  if (relay != nullptr) (*relay)(cancelled);
  co_return co_await std::move(work);
}

/// Tells `bind` that this header is included.
template <class Function>
void forward_associations(Associations<Function>);

}  // namespace detail

/// Awaits `work` with `context` current in all of it, and nowhere else: the awaiting coroutine has
/// its own context again afterward, on any executor.
///
///     co_await baton::co_with_context(context, session(std::move(socket)));
///
/// In `work`, and in all that it awaits, `context` is current after each `co_await` that resumes
/// the coroutine on its own executor, on any thread. Only a token with an executor of its own
/// resumes it elsewhere (see `with_context`). The body of a coroutine function belongs to `work`
/// from its start; the body of a plain function that returns an awaitable does not.
///
/// Returns the result of `work`, throws what it throws, and forwards to it each cancellation that
/// the awaiting coroutine accepts, also one that has already arrived. Both arguments are moved.
///
/// Accepts only coroutines whose executor can hold any other, as `boost::asio::any_io_executor`,
/// the executor of `boost::asio::awaitable<Result>`, does.
template <class Result, class Executor>
  requires std::convertible_to<ContextExecutor<Executor>, Executor>
[[nodiscard]] boost::asio::awaitable<Result, Executor> co_with_context(
    Context context, boost::asio::awaitable<Result, Executor> work) {
  namespace this_coro = boost::asio::this_coro;
  const Executor executor = co_await this_coro::executor;
  const bool throws_if_cancelled = co_await this_coro::throw_if_cancelled();
  const boost::asio::cancellation_state state = co_await this_coro::cancellation_state;
  boost::asio::cancellation_slot slot = state.slot();
  // A spawned coroutine does not see a cancellation that has already arrived.
  const boost::asio::cancellation_type_t cancelled = state.cancelled();
  detail::CancellationRelay* relay = nullptr;
  if (cancelled != boost::asio::cancellation_type::none) {
    relay = &slot.emplace<detail::CancellationRelay>();  // until the work has ended
    slot = relay->signal.slot();
  }
  // Asio may resume this coroutine inside the scope of the work that ended, so an executor must
  // restore this coroutine's own context.
  auto token = boost::asio::bind_cancellation_slot(
      slot,
      boost::asio::bind_executor(with_context(executor), boost::asio::use_awaitable_t<Executor>()));
  auto spawned = boost::asio::co_spawn(
      with_context(executor, std::move(context)),
      detail::as_awaited(std::move(work), throws_if_cancelled, relay, cancelled), std::move(token));
  if constexpr (std::is_void_v<Result>) {
    co_await std::move(spawned);
  } else {
    // It has a result unless it throws. NOLINTNEXTLINE(bugprone-unchecked-optional-access)
    co_return *co_await std::move(spawned);
  }
}

}  // namespace baton

/// A bound function has the associations of its function.
template <template <class, class> class Associator, class Function, class Default>
struct boost::asio::associator<Associator, baton::BoundFunction<Function>, Default>
    : Associator<Function, Default> {
  static typename Associator<Function, Default>::type get(
      const baton::BoundFunction<Function>& bound) noexcept {
    return Associator<Function, Default>::get(bound.function());
  }
  static auto get(const baton::BoundFunction<Function>& bound, const Default& fallback) noexcept
      -> decltype(Associator<Function, Default>::get(bound.function(), fallback)) {
    return Associator<Function, Default>::get(bound.function(), fallback);
  }
};
