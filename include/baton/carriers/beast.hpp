// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/asio.hpp"
#include "baton/carriers/http.hpp"

namespace baton::http {

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
    const auto found = fields_->find(to_beast(name));
    if (found == fields_->end()) return std::nullopt;
    return from_beast(found->value());
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    const auto [first, last] = fields_->equal_range(to_beast(name));
    for (auto field = first; field != last; ++field) {
      if (!visit(from_beast(field->value()))) return;
    }
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const auto& field : *fields_) {
      if (!visit(from_beast(field.name_string()))) return;
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
      fields_->set(to_beast(name), to_beast(value));
    } else {
      std::string lowercase;
      internal::assign_lowercase(lowercase, name);
      fields_->set(to_beast(lowercase), to_beast(value));
    }
  }

  void erase(std::string_view name)
    requires(!std::is_const_v<Fields>)
  {
    fields_->erase(to_beast(name));
  }

 private:
  static boost::beast::string_view to_beast(std::string_view text) noexcept {
    return {text.data(), text.size()};
  }
  static std::string_view from_beast(boost::beast::string_view text) noexcept {
    return {text.data(), text.size()};
  }

  Fields* fields_;
};

namespace internal {

template <class Allocator>
void is_beast_fields(const boost::beast::http::basic_fields<Allocator>&);

template <class T>
concept BeastFields = requires(const T& fields) { is_beast_fields(fields); };

template <class Request, class Handler>
auto co_handle(Context context, Request& request, Handler handler)
    -> std::remove_cvref_t<decltype(detail::invoke_handler(handler, request))> {
  auto work = [&] {
    const Scope scope(context);  // for the part of the handler before its coroutine starts
    return detail::invoke_handler(handler, request);
  }();
  co_return co_await co_with_context(std::move(context), std::move(work));
}

}  // namespace internal

template <internal::BeastFields Fields>
struct CarrierFor<Fields> {
  using type = BeastCarrier<Fields>;
};

/// Serves a request asynchronously: extracts its context, makes a child of it current, and awaits
/// the handler's coroutine, which is called with the request if it takes one.
///
///     auto response = co_await baton::http::co_serve(request, [&](auto& request) -> awaitable<…> {
///       co_await something();           // another request may run here, on this very thread
///       co_return answer(request);      // baton::current() is still this request's context
///     });
///
/// The context is extracted at once. The coroutine runs as in `co_with_context`: `co_serve` returns
/// its result or throws its exception, and then the awaiting coroutine has its own context again.
/// The request must outlive the coroutine; the handler is moved in.
template <class Request, class Handler>
  requires HasHeaders<std::remove_cvref_t<Request>>
[[nodiscard]] auto co_serve(Request&& request, Handler handler,
                            const ExtractOptions& options = {}) {
  return internal::co_handle(extract(request, options).child(), request, std::move(handler));
}

}  // namespace baton::http
