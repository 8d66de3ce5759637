// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <type_traits>

namespace baton::detail {

/// The return type of a coroutine, or another type that can be awaited.
template <class Result>
concept Coroutine =
    requires { typename std::coroutine_traits<std::remove_cvref_t<Result>>::promise_type; } ||
    requires(std::remove_reference_t<Result>& result) { result.await_ready(); } ||
    requires(std::remove_reference_t<Result>& result) { result.operator co_await(); } ||
    requires(std::remove_reference_t<Result>& result) { operator co_await(result); } ||
    requires(Result&& result) { static_cast<Result&&>(result).operator co_await(); } ||
    requires(Result&& result) { operator co_await(static_cast<Result&&>(result)); };

/// The return type of a coroutine that keeps the context in which it was called (ContextPromise).
template <class Result>
concept KeepsContext = requires {
  typename std::coroutine_traits<std::remove_cvref_t<Result>>::promise_type::keeps_context;
};

/// Does not compile for the result of a coroutine, which continues after its function has returned.
template <class Result>
consteval void refuse_coroutine() {
  static_assert(!Coroutine<Result>,
                "a coroutine outlives the scope of its context: bind one whose promise is a "
                "baton::ContextPromise (baton/coroutine.hpp), or pass its result to "
                "baton::co_with_context (baton/asio.hpp), or, over HTTP, call "
                "baton::http::co_serve");
}

}  // namespace baton::detail
