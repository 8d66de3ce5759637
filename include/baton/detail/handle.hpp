// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <functional>
#include <utility>

#include "baton/detail/coroutine.hpp"
#include "baton/scope.hpp"

namespace baton::detail {

/// Calls `handler(message)`, or `handler()` if it takes nothing.
template <class Handler, class Message>
decltype(auto) invoke_handler(Handler&& handler, Message& message) {
  if constexpr (std::invocable<Handler, Message&>) {
    return std::invoke(std::forward<Handler>(handler), message);
  } else {
    return std::invoke(std::forward<Handler>(handler));
  }
}

/// Calls the handler of a message with a child of `caller`, the message's context, as the current
/// context. A coroutine, which would lose it, does not compile.
template <class Handler, class Message>
decltype(auto) handle(const Context& caller, Handler&& handler, Message& message) {
  refuse_coroutine<decltype(invoke_handler(std::forward<Handler>(handler), message))>();
  const Context context = caller.child();
  const Scope scope(context);
  return invoke_handler(std::forward<Handler>(handler), message);
}

}  // namespace baton::detail
