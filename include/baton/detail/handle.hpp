// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include "baton/detail/coroutine.hpp"
#include "baton/detail/span_facts.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"
#include "baton/span.hpp"

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

template <class Handler, class Message>
using HandlerResult = decltype(invoke_handler(std::declval<Handler>(), std::declval<Message&>()));

/// A transport that ends a span by the result of a handler or call.
template <class Transport, class Result>
concept EndsSpan =
    requires(const Transport& transport, Span& span, std::remove_reference_t<Result>& result) {
      transport.end(span, result);
    };

/// Calls a function in a span that has started, and ends the span by what the function returns.
template <class Transport, class Function>
decltype(auto) call_in_span(const Transport& transport, Span span, Function&& function) {
  using Result = std::invoke_result_t<Function>;
  const Scope scope(span.context());
  if constexpr (EndsSpan<Transport, Result>) {
    Result result = std::invoke(std::forward<Function>(function));
    transport.end(span, result);
    return static_cast<Result>(std::forward<Result>(result));
  } else {
    return std::invoke(std::forward<Function>(function));
  }
}

/// Starts the span of a received message. `link`, if it is valid, is the caller's span of a trace
/// that must not continue.
template <class Facts>
Span start_handling(const Facts& facts, const Context& caller, const SpanContext& link,
                    const HandleOptions& options) {
  return facts.start(*options.tracer, caller, options.span_name,
                     {&link, link.is_valid() ? std::size_t{1} : std::size_t{0}});
}

/// Calls the handler of a message, whose context `extract(options)` returns. The current context is
/// that of a span for the message or, without a tracer, the caller's. A coroutine, which would lose
/// it, does not compile.
///
/// `transport.facts(message)` says what is known of the message; `transport.end(span, result)`, if
/// it exists, ends the span.
template <class Transport, class Extract, class Handler, class Message>
decltype(auto) handle(Extract&& extract, Handler&& handler, Message& message,
                      const HandleOptions& options, const Transport& transport = {}) {
  refuse_coroutine<HandlerResult<Handler, Message>>();
  SpanContext link;
  const Context caller = extract(options.extraction(link));
  if (options.tracer == nullptr) {
    const Scope scope(caller);
    return invoke_handler(std::forward<Handler>(handler), message);
  }
  return call_in_span(
      transport, start_handling(transport.facts(std::as_const(message)), caller, link, options),
      [&]() -> decltype(auto) { return invoke_handler(std::forward<Handler>(handler), message); });
}

}  // namespace baton::detail
