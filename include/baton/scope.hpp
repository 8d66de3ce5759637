#pragma once

#include <functional>
#include <utility>

#include "baton/context.hpp"

namespace baton {

namespace detail {

// Visible even where everything else is hidden: there must be one for all libraries of a process.
[[gnu::visibility("default")]] inline constinit thread_local const Context* current_context =
    nullptr;

/// What is current where nothing was made current.
[[nodiscard]] const Context& empty_context() noexcept;

}  // namespace detail

/// The context of this thread: that of its innermost Scope, or an empty one.
[[nodiscard]] inline const Context& current() noexcept {
  const Context* context = detail::current_context;
  return context != nullptr ? *context : detail::empty_context();
}

/// Makes a context current on this thread for as long as the scope lives.
///
///     baton::Context context = chain.extract(fields).child();
///     baton::Scope scope(context);
///     // baton::current() is `context` here, and whatever it was before afterwards
///
/// The context is not copied and must outlive the scope. Scopes of a thread nest: the last one made
/// goes first. Neither end allocates.
class [[nodiscard]] Scope {
 public:
  explicit Scope(const Context& context) noexcept
      : outer_(std::exchange(detail::current_context, &context)) {}
  explicit Scope(const Context&&) = delete;
  ~Scope() { detail::current_context = outer_; }

  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  const Context* outer_;
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
