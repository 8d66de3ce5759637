// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/asio.hpp"
#include "baton/carriers/http.hpp"

namespace baton::http {

namespace internal {

inline boost::beast::string_view to_beast(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
inline std::string_view from_beast(boost::beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

}  // namespace internal

/// A carrier over the fields of Boost.Beast: `fields`, `header`, `request`, `response`, with any
/// allocator. They must outlive it.
///
///     boost::beast::http::request<string_body> request = …;
///     baton::http::inject(request);  // or chain.inject(context, BeastCarrier(request))
///
/// As HeaderCarrier, with Beast's own ordered lookup. A field longer than Beast can hold (a name or
/// value of more than 65,533 bytes) is not written; older ones of that name are removed in any
/// case.
template <class Fields>
class BeastCarrier {
 public:
  static constexpr bool names_without_case = true;

  static constexpr std::size_t max_size = std::numeric_limits<std::uint16_t>::max() - 2;

  explicit BeastCarrier(Fields& fields) noexcept : fields_(&fields) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const auto found = fields_->find(internal::to_beast(name));
    if (found == fields_->end()) return std::nullopt;
    return internal::from_beast(found->value());
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    const auto [first, last] = fields_->equal_range(internal::to_beast(name));
    for (auto field = first; field != last; ++field) {
      if (!visit(internal::from_beast(field->value()))) return;
    }
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const auto& field : *fields_) {
      if (!visit(internal::from_beast(field.name_string()))) return;
    }
  }

  void set(std::string_view name, std::string_view value)
    requires(!std::is_const_v<Fields>)
  {
    if (!is_field_name(name) || !is_field_value(value) || name.size() > max_size ||
        value.size() > max_size) {
      erase(name);
      return;
    }
    if (internal::is_lowercase(name)) {
      fields_->set(internal::to_beast(name), internal::to_beast(value));
    } else {
      std::string lowercase;
      internal::assign_lowercase(lowercase, name);
      fields_->set(internal::to_beast(lowercase), internal::to_beast(value));
    }
  }

  void erase(std::string_view name)
    requires(!std::is_const_v<Fields>)
  {
    fields_->erase(internal::to_beast(name));
  }

  template <class Test>
  void erase_if(Test&& is_gone)
    requires(!std::is_const_v<Fields>)
  {
    for (auto field = fields_->begin(); field != fields_->end();) {
      const bool is_one = is_gone(internal::from_beast(field->name_string()));
      field = is_one ? fields_->erase(field) : std::next(field);
    }
  }

 private:
  Fields* fields_;
};

namespace internal {

template <class Allocator>
void is_beast_fields(const boost::beast::http::basic_fields<Allocator>&);

template <class T>
concept BeastFields = requires(const T& fields) { is_beast_fields(fields); };

/// The span of a coroutine. Ends with the error `cancelled` if it is destroyed without a result or
/// an exception, also before the coroutine has begun.
class CoroutineSpan {
 public:
  explicit CoroutineSpan(Span span) noexcept : span_(std::move(span)) {}
  CoroutineSpan(CoroutineSpan&& other) noexcept : span_(std::move(other.span_)) {}
  CoroutineSpan& operator=(CoroutineSpan&&) = delete;
  ~CoroutineSpan() {
    if (std::uncaught_exceptions() > exceptions_) return;
    span_.end({.is_error = true, .error_type = "cancelled"});
  }
  /// The span, which now ends as any other. Call it once.
  [[nodiscard]] Span finish() noexcept { return std::move(span_); }

 private:
  Span span_;
  int exceptions_ = std::uncaught_exceptions();
};

/// Awaits a coroutine that `start` returns, in a span that has started or with a context.
template <class Transport, class Start>
auto co_in_context(Transport transport, CoroutineSpan span, Context context, Start start)
    -> std::remove_cvref_t<std::invoke_result_t<Start&>> {
  CoroutineSpan running(std::move(span));  // unlike a parameter, it sees this coroutine's exception
  auto work = [&] {
    const Scope scope(context);  // for the part of the function before its coroutine starts
    return start();
  }();
  using Result = typename std::remove_cvref_t<decltype(work)>::value_type;
  if constexpr (std::is_void_v<Result>) {
    co_await co_with_context(std::move(context), std::move(work));
    running.finish().end();
  } else {
    Result result = co_await co_with_context(std::move(context), std::move(work));
    Span finished = running.finish();
    if constexpr (detail::EndsSpan<Transport, Result>) transport.end(finished, result);
    co_return result;
  }
}

}  // namespace internal

template <internal::BeastFields Fields>
struct CarrierFor<Fields> {
  using type = BeastCarrier<Fields>;
};

namespace internal {

template <class T, bool is_request>
concept BeastHeader = requires(const T& header) {
  []<class Fields>(const boost::beast::http::header<is_request, Fields>&) {}(header);
};

}  // namespace internal

/// Requests of Boost.Beast, and classes derived from them.
template <class Request>
  requires internal::BeastHeader<Request, true>
struct RequestTraits<Request> {
  static std::string_view method(const Request& request) {
    return internal::from_beast(request.method_string());
  }
  static std::string_view target(const Request& request) {
    return internal::from_beast(request.target());
  }
};
/// Responses of Boost.Beast, and classes derived from them; a `message_generator` shows no status.
template <class Response>
  requires internal::BeastHeader<Response, false>
struct ResponseTraits<Response> {
  static int status(const Response& response) { return static_cast<int>(response.result_int()); }
};

/// Serves a request asynchronously: awaits the handler's coroutine with the request's context
/// current. The handler is called with the request if it takes one.
///
///     auto response = co_await baton::http::co_serve(request, [&](auto& request) -> awaitable<…> {
///       co_await something();           // another request may run here, on this very thread
///       co_return answer(request);      // baton::current() is still this request's context
///     });
///
/// The context is extracted at once, and a tracer starts its span at once, as in `serve`. The
/// coroutine runs as in `co_with_context`: `co_serve` returns its result or throws its exception,
/// and then the awaiting coroutine has its own context again. The span ends with the coroutine; if
/// that is destroyed first, with the error `cancelled`. The request must outlive the coroutine; the
/// handler is moved in.
template <class Request, class Handler>
  requires HasHeaders<std::remove_const_t<Request>>
[[nodiscard]] auto co_serve(Request& request, Handler handler, const ServeOptions& options = {}) {
  SpanContext link;
  Context caller = extract(request, options.handling().extraction(link));
  Span span;
  if (options.tracer != nullptr) {
    span = detail::start_handling(internal::Server::facts(std::as_const(request)), caller, link,
                                  options.handling());
    caller = span.context();
  }
  return internal::co_in_context(internal::Server{options.answer},
                                 internal::CoroutineSpan(std::move(span)), std::move(caller),
                                 [&request, handler = std::move(handler)]() mutable {
                                   return detail::invoke_handler(handler, request);
                                 });
}

/// Makes a call asynchronously: writes the current context into a request at once, and awaits the
/// coroutine of `send`, which is called with the request if it takes one.
///
///     auto response = co_await baton::http::co_call(request, [&](auto& request) -> awaitable<…> {
///       co_await http::async_write(stream, request);
///       …
///     });
///
/// A tracer starts a span as in `call`; it ends with the coroutine; if that is destroyed first,
/// with the error `cancelled`. The request must outlive the coroutine; `send` is moved in.
template <HasHeaders Request, class Send>
[[nodiscard]] auto co_call(Request& request, Send send, const SendOptions& options = {}) {
  Span span = detail::start_sending(options, [&] { return internal::Client::facts(request); });
  Context context = span.context();
  inject(request, context, options.injection());
  return internal::co_in_context(internal::Client(), internal::CoroutineSpan(std::move(span)),
                                 std::move(context), [&request, send = std::move(send)]() mutable {
                                   return detail::invoke_handler(send, request);
                                 });
}

}  // namespace baton::http
