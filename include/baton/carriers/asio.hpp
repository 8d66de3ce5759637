#pragma once

#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>
#include <memory>
#include <type_traits>
#include <utility>

#include "baton/context.hpp"
#include "baton/scope.hpp"

namespace baton {

/// An Asio executor that makes a context current around each function that it runs, and is
/// otherwise the executor that it wraps. Whatever has it as its associated executor runs in that
/// context: completion handlers, and coroutines at each of their resumptions.
///
///     boost::asio::co_spawn(baton::with_context(executor, context), session(), detached);
///     timer.async_wait(bind_executor(baton::with_context(executor, context), handler));
///
/// A copy costs a reference count. Two are equal where the wrapped executors are and the context is
/// the same object. Any thread may use it. I/O objects made from it keep the context for as long
/// as they live: give those that outlive a request the wrapped executor.
template <class Inner>
class ContextExecutor {
 public:
  using inner_executor_type = Inner;

  ContextExecutor(Inner inner, std::shared_ptr<const Context> context) noexcept
      : inner_(std::move(inner)), context_(std::move(context)) {}

  [[nodiscard]] const Inner& get_inner_executor() const noexcept { return inner_; }
  /// What `current()` is in the functions that it runs.
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
template <class Executor>
[[nodiscard]] ContextExecutor<Executor> with_context(Executor executor, Context context) {
  if (context == Context()) return {std::move(executor), nullptr};
  return {std::move(executor), std::make_shared<const Context>(std::move(context))};
}

}  // namespace baton
