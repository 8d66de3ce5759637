// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "baton/detail/span_facts.hpp"

namespace baton::http {

/// What a tracer may know of a library's request. Specialize it for a request type, with
/// `method(request)` and `target(request)`, both views of the request.
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
  const auto found = std::ranges::find(known, method);
  return found != known.end() ? *found : "_OTHER";
}

/// The beginning of a method that the conventions call `_OTHER`; empty for all others.
constexpr std::string_view original_method(std::string_view method) noexcept {
  constexpr std::size_t max_size = 32;  // a client may choose it
  return known_method(method) == "_OTHER" ? method.substr(0, max_size) : "";
}

/// The path of a target in origin form, RFC 9112, §3.2.1; other forms name more than a path.
constexpr std::string_view path_of(std::string_view target) noexcept {
  return target.starts_with('/') ? target.substr(0, target.find_first_of("?#")) : "";
}

/// The span of a request, by the semantic conventions for HTTP: `http.request.method`,
/// `http.request.method_original`, and of a server `url.path`.
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
    // Of a copy that `method` returns, nothing would remain to be viewed.
    using Method = decltype(Traits::method(request));
    if constexpr (std::is_reference_v<Method> || std::is_same_v<Method, std::string_view>) {
      facts.attributes.add("http.request.method_original",
                           original_method(Traits::method(request)));
    }
  }
  if constexpr (kind == SpanKind::server && requires { Traits::target(request); }) {
    static_assert(!std::is_same_v<decltype(Traits::target(request)), std::string>,
                  "target must return a view of the request: a copy would be gone");
    facts.attributes.add("url.path", path_of(Traits::target(request)));
  }
  return facts;
}

/// Ends a span by a status, with other attributes: an error from `first_error` on.
inline void end_by_status(Span& span, int status, int first_error,
                          detail::Attributes attributes = {}) {
  std::array<char, 12> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), status);
  attributes.add("http.response.status_code", std::int64_t{status});
  const bool is_error = status >= first_error;
  span.end({.is_error = is_error,
            .error_type = is_error ? std::string_view(digits.data(), end) : std::string_view(),
            .attributes = attributes.all()});
}

/// Ends a span by the status of a response.
template <HasStatus Response>
void end_span(Span& span, const Response& response, int first_error) {
  end_by_status(span, ResponseTraits<Response>::status(response), first_error);
}

}  // namespace internal
}  // namespace baton::http
