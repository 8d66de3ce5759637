// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>

#include "baton/detail/span_facts.hpp"

namespace baton::http {

/// What a tracer may know of a library's request. Specialize it for a request type, with
/// `method(request)` and `target(request)`, both texts or views.
///
///     template <>
///     struct baton::http::RequestTraits<Request> {
///       static std::string_view method(const Request& request) { return request.method; }
///       static std::string_view target(const Request& request) { return request.path; }
///     };
template <class Request>
struct RequestTraits {};

/// The same for a response, with `status(response)`, a number.
template <class Response>
struct ResponseTraits {};

/// A response whose status is known.
template <class Response>
concept HasStatus = requires(const Response& response) {
  { ResponseTraits<Response>::status(response) } -> std::convertible_to<int>;
};

namespace internal {

/// The method as the semantic conventions allow it: one of RFC 9110 and RFC 5789, or `_OTHER`.
constexpr std::string_view known_method(std::string_view method) noexcept {
  constexpr std::array<std::string_view, 9> known = {
      "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  return std::ranges::find(known, method) != known.end() ? method : "_OTHER";
}

/// The span of a request, by the semantic conventions for HTTP: `http.request.method`, `url.path`.
template <SpanKind kind, class Request>
detail::SpanFacts span_facts(const Request& request) {
  using Traits = RequestTraits<std::remove_cvref_t<Request>>;
  detail::SpanFacts facts;
  facts.kind = kind;
  facts.name = "HTTP";
  if constexpr (requires { Traits::method(request); }) {
    const std::string_view method = known_method(Traits::method(request));
    if (method != "_OTHER") facts.name = method;
    facts.attributes.add("http.request.method", method);
  }
  if constexpr (requires { Traits::target(request); }) {
    const std::string_view target = Traits::target(request);
    facts.attributes.add("url.path", target.substr(0, target.find_first_of("?#")));
  }
  return facts;
}

/// Ends a span by the status of a response: an error from `first_error` on.
template <HasStatus Response>
void end_span(Span& span, const Response& response, int first_error) {
  const int status = ResponseTraits<Response>::status(response);
  std::array<char, 12> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), status);
  detail::Attributes attributes;
  attributes.add("http.response.status_code", std::int64_t{status});
  const bool is_error = status >= first_error;
  span.end({.is_error = is_error,
            .error_type = is_error ? std::string_view(digits.data(), end) : std::string_view(),
            .attributes = attributes.all()});
}

}  // namespace internal
}  // namespace baton::http
