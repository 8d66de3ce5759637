// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "baton/context.hpp"
#include "baton/detail/coroutine.hpp"
#include "baton/detail/scope_list.hpp"

namespace baton {

namespace detail {

/// The current context of a thread without scopes.
[[nodiscard]] const Context& empty_context() noexcept;

}  // namespace detail

/// The context of this thread: that of its innermost Scope, or an empty one.
///
/// The reference is valid as long as that context, which usually ends with its request. What
/// outlives the request takes a copy, and no reference:
///
///     baton::Context kept = baton::current();
[[nodiscard]] inline const Context& current() noexcept {
  const detail::ScopeNode* innermost = detail::scopes_of_thread().innermost;
  return innermost != nullptr ? *innermost->context : detail::empty_context();
}

/// Makes a context current on this thread until the scope ends.
///
///     baton::Context context = chain.extract(fields).child();
///     baton::Scope scope(context);
///     // baton::current() is `context` until the scope ends, then the previous one again
///
/// The context is not copied and must outlive the scope. If scopes end in order, neither end
/// allocates or locks, except that each thread locks once, before its first scope.
///
/// Scopes of a thread nest: a scope must end on the thread that made it, and the last one made must
/// end first. So a coroutine must not keep a scope across a `co_await`, nor a fiber across a yield;
/// coroutines use `ContextPromise` (baton/coroutine.hpp), or `co_with_context` (baton/asio.hpp).
///
/// A scope that ends in another order, or on another thread, fails an assertion. With NDEBUG, only
/// that scope ends: the context of the innermost scope that has not ended is current on each
/// thread. The thread of the scope must not use that context meanwhile.
///
/// Ending a scope on another thread takes a lock, and memory until the scope's thread makes, ends
/// or asks for the next scope, or ends. If there is no memory, that thread forgets all its scopes:
/// nothing is current on it until it makes another one.
class [[nodiscard]] Scope {
 public:
  explicit Scope(const Context& context) noexcept {
    detail::ScopeList& list = detail::scopes_of_thread();
    node_ = {&context, list.innermost, &list};
    list.innermost = &node_;
  }
  explicit Scope(const Context&&) = delete;
  ~Scope() {
    detail::ScopeList& list = detail::scopes_of_thread();
    if (list.innermost == &node_) [[likely]] {
      list.innermost = node_.outer;
    } else {
      assert(false &&
             "a scope ends on another thread than its own, or before one that it encloses");
      detail::end_out_of_order(node_);
    }
  }

  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  mutable detail::ScopeNode node_;  // a scope that ends out of order changes the node of another
};

namespace detail {

template <class Function>
struct Associations {};

template <class Function>
concept AllocatorAssociated = requires { typename Function::allocator_type; } &&
                              requires(const Function& function) { function.get_allocator(); };

/// Has a completion handler's associations, by Asio's names.
template <class Function>
concept Associated = requires { typename Function::executor_type; } || requires {
  typename Function::immediate_executor_type;
} || requires { typename Function::cancellation_slot_type; } || AllocatorAssociated<Function>;

/// baton/asio.hpp is included.
template <class Function>
concept AssociationsForwarded = requires { forward_associations(Associations<Function>()); };

}  // namespace detail

/// A function with the context that is current while it runs: what `bind` returns.
///
/// It has the function's call operators, and can be copied, moved and changed by a call if the
/// function can. It throws only what the function throws. Two threads may call it at the same time
/// if they may call the function so.
///
/// If baton/asio.hpp is included, Asio uses the function's executor, allocator and cancellation
/// slot.
template <class Function>
class BoundFunction {
  static_assert(!detail::Associated<Function> || detail::AssociationsForwarded<Function>,
                "Asio would not see the executor, allocator or cancellation slot of this handler: "
                "include baton/asio.hpp, or bind the context first and them around it");

 public:
  BoundFunction(const Context& context,
                Function&& callee) noexcept(std::is_nothrow_move_constructible_v<Function>)
      : context_(context), function_(std::move(callee)) {}
  BoundFunction(Context&& context,
                Function&& callee) noexcept(std::is_nothrow_move_constructible_v<Function>)
      : context_(std::move(context)), function_(std::move(callee)) {}

  [[nodiscard]] const Context& context() const noexcept { return context_; }
  [[nodiscard]] const Function& function() const noexcept { return function_; }

  template <class... Arguments>
    requires std::invocable<Function&, Arguments...>
  std::invoke_result_t<Function&, Arguments...> operator()(Arguments&&... arguments) & noexcept(
      std::is_nothrow_invocable_v<Function&, Arguments...>) {
    return call(function_, std::forward<Arguments>(arguments)...);
  }

  template <class... Arguments>
    requires std::invocable<const Function&, Arguments...>
  std::invoke_result_t<const Function&, Arguments...> operator()(Arguments&&... arguments)
      const& noexcept(std::is_nothrow_invocable_v<const Function&, Arguments...>) {
    return call(function_, std::forward<Arguments>(arguments)...);
  }

  template <class... Arguments>
    requires std::invocable<Function, Arguments...>
  std::invoke_result_t<Function, Arguments...> operator()(Arguments&&... arguments) && noexcept(
      std::is_nothrow_invocable_v<Function, Arguments...>) {
    return call(std::move(function_), std::forward<Arguments>(arguments)...);
  }

 private:
  template <class Callee, class... Arguments>
  std::invoke_result_t<Callee, Arguments...> call(Callee&& callee, Arguments&&... arguments) const
      noexcept(std::is_nothrow_invocable_v<Callee, Arguments...>) {
    using Result = std::invoke_result_t<Callee, Arguments...>;
    if constexpr (!detail::KeepsContext<Result>) detail::refuse_coroutine<Result>();
    const Scope scope(context_);
    return std::invoke(std::forward<Callee>(callee), std::forward<Arguments>(arguments)...);
  }

  Context context_;
  [[no_unique_address]] Function function_;
};

/// Wraps `function` so that it runs with `context` current, on any thread: for work that is passed
/// to a thread pool or a callback.
///
///     pool.submit(baton::bind(baton::current(), [] { … }));
///
/// A function that is a coroutine must keep its context (`ContextPromise`, baton/coroutine.hpp): a
/// call of another one does not compile.
///
/// A handler of Asio with associations of its own does not compile unless baton/asio.hpp is
/// included. Include it also for a wrapper that has only a specialized `associator`, such as the
/// result of `boost::beast::bind_front_handler`: without it, Asio silently ignores the associations
/// of the wrapped handler.
template <class Function>
[[nodiscard]] BoundFunction<Function> bind(const Context& context, Function function) noexcept(
    std::is_nothrow_move_constructible_v<Function>) {
  return {context, std::move(function)};
}
template <class Function>
[[nodiscard]] BoundFunction<Function> bind(Context&& context, Function function) noexcept(
    std::is_nothrow_move_constructible_v<Function>) {
  return {std::move(context), std::move(function)};
}

}  // namespace baton
