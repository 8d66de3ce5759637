#pragma once

#include <concepts>
#include <functional>
#include <utility>

namespace baton::detail {

/// Calls `handler(message)`, or `handler()` where it takes nothing.
template <class Handler, class Message>
decltype(auto) call_handler(Handler&& handler, Message& message) {
  if constexpr (std::invocable<Handler, Message&>) {
    return std::invoke(std::forward<Handler>(handler), message);
  } else {
    return std::invoke(std::forward<Handler>(handler));
  }
}

}  // namespace baton::detail
