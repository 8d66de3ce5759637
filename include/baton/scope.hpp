#pragma once

#include <cassert>
#include <functional>
#include <utility>

#include "baton/context.hpp"
#include "baton/detail/scope_list.hpp"

namespace baton {

namespace detail {

/// What is current where nothing was made current.
[[nodiscard]] const Context& empty_context() noexcept;

}  // namespace detail

/// The context of this thread: that of its innermost Scope, or an empty one. The reference is valid
/// for as long as that context is.
[[nodiscard]] inline const Context& current() noexcept {
  const detail::ScopeNode* innermost = detail::scopes_of_thread().innermost;
  return innermost != nullptr ? *innermost->context : detail::empty_context();
}

/// Makes a context current on this thread for as long as the scope lives.
///
///     baton::Context context = chain.extract(fields).child();
///     baton::Scope scope(context);
///     // baton::current() is `context` here, and whatever it was before afterwards
///
/// The context is not copied and must outlive the scope. Neither end allocates.
///
/// Scopes of a thread nest: a scope must end on the thread that made it, and the last one made must
/// end first. So a coroutine must not keep a scope across a `co_await`, nor a fiber across a yield.
///
/// A scope that ends in another order, or on another thread, fails an assertion. With NDEBUG, that
/// scope ends and no other: the context of the innermost scope that has not ended is current on
/// each thread. To end a scope on another thread takes a lock and allocates; its own thread must
/// not use that context meanwhile.
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
      assert(false && "a scope ends on another thread than its own, or before one that it encloses");
      detail::end_out_of_order(node_);
    }
  }

  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  mutable detail::ScopeNode node_;  // a scope that ends out of order changes that of another one
};

/// Wraps `function` so that it runs with `context` current, on whatever thread it is called: how a
/// context goes with work that is handed to a thread pool or a callback.
///
///     pool.submit(baton::bind(baton::current(), [] { … }));
template <class Function>
[[nodiscard]] auto bind(Context context, Function function) {
  return [context = std::move(context),
          function = std::move(function)](auto&&... arguments) mutable -> decltype(auto) {
    const Scope scope(context);
    return std::invoke(function, std::forward<decltype(arguments)>(arguments)...);
  };
}

}  // namespace baton
