// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <functional>
#include <utility>

#include "baton/detail/coroutine.hpp"
#include "baton/scope.hpp"

namespace baton::detail {

/// Calls `handler(message)`, or `handler()` where it takes nothing.
template <class Handler, class Message>
decltype(auto) invoke_handler(Handler&& handler, Message& message) {
  if constexpr (std::invocable<Handler, Message&>) {
    return std::invoke(std::forward<Handler>(handler), message);
  } else {
    return std::invoke(std::forward<Handler>(handler));
  }
}

/// The same with `context` current, which coroutines would lose.
template <class Handler, class Message>
decltype(auto) call_handler(const Context& context, Handler&& handler, Message& message) {
  refuse_coroutine<decltype(invoke_handler(std::forward<Handler>(handler), message))>();
  const Scope scope(context);
  return invoke_handler(std::forward<Handler>(handler), message);
}

}  // namespace baton::detail
