// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "baton/carrier.hpp"
#include "baton/carriers/http_answer.hpp"
#include "baton/carriers/http_field.hpp"
#include "baton/carriers/http_search.hpp"
#include "baton/carriers/http_span.hpp"
#include "baton/detail/handle.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::http {

/// A container of header fields: `std::map`, `std::multimap` and their unordered variants (with any
/// comparator), or a vector, list or deque of pairs or of structs with members `name` and `value`.
/// Specialize FieldTraits for other elements.
template <class Container>
concept HeaderContainer = requires(const Container& container) {
  typename Container::value_type;
  { container.begin() == container.end() } -> std::convertible_to<bool>;
  requires ReadableField<typename Container::value_type>;
};

namespace internal {

template <class Container>
concept WritableMap = requires {
  requires OwningText<typename Container::key_type>;
  requires Assignable<typename Container::mapped_type>;
};

template <class Container>
concept WritableSequence =
    requires(Container& container, typename Container::value_type& field, std::string_view text) {
      FieldTraits<typename Container::value_type>::assign(field, text, text);
      container.push_back(std::move(field));
    };

template <class Container>
concept WritableContainer =
    !std::is_const_v<Container> && (WritableMap<Container> || WritableSequence<Container>);

}  // namespace internal

/// A carrier over a container of header fields. The container must outlive it.
///
///     std::vector<std::pair<std::string, std::string>> headers = …;
///     baton::Context context = baton::global_chain().extract(baton::http::HeaderCarrier(headers));
///
/// Names are ASCII-case-insensitive to read and lowercase to write (RFC 9110, §5.1). Several fields
/// of one name remain separate, in the order of the container. `set` leaves one of them, `erase`
/// none. `set` assigns the value of the field that is there, in the memory that it has; what else
/// that field holds remains. Name and value may be views into the container.
///
/// Reading never allocates. Each lookup visits all fields at most once; in a large ordered map,
/// only those that begin with the same letter (see name_order).
///
/// A field that could break a header is not written: a name that is not a token, or a value with a
/// control character other than tab. Older fields of that name are removed in any case.
template <class Container>
class HeaderCarrier {
 public:
  static constexpr bool names_without_case = true;
  static constexpr std::size_t few_fields =
      internal::order_of<std::remove_const_t<Container>> == NameOrder::unknown
          ? any_number
          : internal::many_fields - 1;

  using Field = typename Container::value_type;
  using Traits = FieldTraits<std::remove_cv_t<Field>>;

  /// Views and other elements that FieldTraits cannot assign are only read.
  static constexpr bool writable = internal::WritableContainer<Container>;

  explicit HeaderCarrier(Container& container) noexcept : container_(&container) {}

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    const Field* found = nullptr;
    internal::visit_named(*container_, name, [&](auto& field, std::string_view) {
      found = std::addressof(*field);
      return false;
    });
    if (found == nullptr) return std::nullopt;
    return Traits::value(*found);
  }

  template <class Visitor>
  void get_all(std::string_view name, Visitor&& visit) const {
    internal::visit_named(*container_, name, [&](auto& field, std::string_view) {
      const bool goes_on = visit(Traits::value(*field));
      ++field;
      return goes_on;
    });
  }

  template <class Visitor>
  void keys(Visitor&& visit) const {
    for (const Field& field : *container_) {
      if (!visit(Traits::name(field))) return;
    }
  }

  template <class Visitor>
  void fields(Visitor&& visit) const {
    for (const Field& field : *container_) {
      if (!visit(Traits::name(field), Traits::value(field))) return;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return container_->size(); }

  void set(std::string_view name, std::string_view value)
    requires writable
  {
    if (!is_field_name(name) || !is_field_value(value)) {
      erase(name);
      return;
    }
    const auto field = keep_first(name, [&](auto kept) { overwrite(*kept, name, value); });
    if (field == container_->end()) {
      add(name, value);
    } else if constexpr (is_map) {
      if (!internal::is_lowercase(field->first)) respell(field);
    }
  }

  void erase(std::string_view name)
    requires writable
  {
    const auto field = keep_first(name, [](auto) {});
    if (field != container_->end()) container_->erase(field);
  }

  /// Erases all fields for whose names `is_gone` is true, in one pass.
  template <class Test>
  void erase_if(Test&& is_gone)
    requires writable
  {
    const auto is_one = [&](const Field& field) { return is_gone(Traits::name(field)); };
    if constexpr (is_map) {
      for (auto field = container_->begin(); field != container_->end();) {
        field = is_one(*field) ? container_->erase(field) : std::next(field);
      }
    } else {
      container_->erase(std::remove_if(container_->begin(), container_->end(), is_one),
                        container_->end());
    }
  }

 private:
  static constexpr bool is_map = requires { typename Container::mapped_type; };

  /// Erases all fields of that name but the first, and returns it, or the end if there is none.
  /// Name and value may be views into any of them: `keep` is called with the first before others
  /// are erased, and afterwards the name is that of the first.
  template <class Keep>
  auto keep_first(std::string_view name, Keep&& keep) {
    auto first = container_->end();
    if constexpr (is_map) {
      bool is_kept = false;
      internal::visit_named(*container_, name, [&](auto& field, std::string_view& sought) {
        if (is_kept) {
          field = container_->erase(field);
        } else {
          is_kept = true;
          first = field;
          keep(first);
          sought = Traits::name(*first);
          ++field;
        }
        return true;
      });
    } else {
      const auto has_name = [&](const Field& field) {
        return equal_names(Traits::name(field), name);
      };
      first = std::find_if(container_->begin(), container_->end(), has_name);
      if (first == container_->end()) return first;
      keep(first);
      name = Traits::name(*first);
      // One pass over the sequence: erasing one by one would be quadratic in a vector.
      container_->erase(std::remove_if(std::next(first), container_->end(), has_name),
                        container_->end());
    }
    return first;
  }

  static void overwrite(Field& field, std::string_view name, std::string_view value) {
    if constexpr (is_map) {
      internal::assign_text(field.second, value);
    } else if constexpr (requires { Traits::overwrite(field, value); }) {
      Traits::overwrite(field, value);
    } else {
      Field fresh{};
      Traits::assign(fresh, name, value);
      field = std::move(fresh);
    }
  }

  void add(std::string_view name, std::string_view value) {
    if constexpr (is_map) {
      std::pair<typename Container::key_type, typename Container::mapped_type> fresh;
      internal::assign_lowercase(fresh.first, name);
      internal::assign_text(fresh.second, value);
      container_->insert(std::move(fresh));
    } else {
      Field fresh{};
      Traits::assign(fresh, name, value);
      container_->push_back(std::move(fresh));
    }
  }

  /// A map's key cannot be changed in place.
  template <class Iterator>
  void respell(Iterator field) {
    std::pair<typename Container::key_type, typename Container::mapped_type> fresh;
    internal::assign_lowercase(fresh.first, field->first);
    fresh.second = std::move(field->second);
    container_->erase(field);
    container_->insert(std::move(fresh));
  }

  Container* container_;
};

/// The carrier that `extract`, `inject` and `serve` use for a type. Specialize it for a library's
/// own request type; the carrier is made from a reference to it.
template <class Headers>
struct CarrierFor {};

template <HeaderContainer Container>
struct CarrierFor<Container> {
  using type = HeaderCarrier<Container>;
};

/// A type with header fields: a container of them, or a message with a CarrierFor.
template <class Headers>
concept HasHeaders = requires { typename CarrierFor<Headers>::type; };

/// One whose fields can be changed.
template <class Headers>
concept HasWritableHeaders =
    HasHeaders<Headers> && WritableCarrier<typename CarrierFor<Headers>::type>;

/// The context of a received request.
///
///     baton::Context context = baton::http::extract(request.headers);
template <HasHeaders Headers>
[[nodiscard]] Context extract(const Headers& headers, const ExtractOptions& options = {}) {
  return options.extract(typename CarrierFor<const Headers>::type(headers));
}

/// Writes a context into a request that is about to be sent.
///
///     baton::http::inject(request.headers);
///
/// Replaces all fields of the chain's formats, also those of a family (`uberctx-…`), if the carrier
/// of the type has `erase_if`, as HeaderCarrier and BeastCarrier have.
template <HasHeaders Headers>
void inject(Headers& headers, const Context& context = current(),
            const InjectOptions& options = {}) {
  typename CarrierFor<Headers>::type carrier(headers);
  const auto is_of_family = [&chain = options.chain](std::string_view name) {
    return chain.owns_by_prefix(name);
  };
  if constexpr (requires { carrier.erase_if(is_of_family); }) {
    if (!options.chain.prefixes().empty()) carrier.erase_if(is_of_family);
  }
  options.chain.inject(context, carrier, options.destination);
}

/// Writes which span answers into a response, for a server that does not use `serve`.
///
///     baton::http::write_answer(response, baton::current().span_context(), Answer::traceresponse);
template <HasWritableHeaders Response>
void write_answer(Response& response, const SpanContext& span, Answer answer) {
  typename CarrierFor<Response>::type fields(response);
  write_answer(CarrierReader(fields), CarrierWriter(fields), span, answer);
}

/// Which span answered a call: see the function for carriers.
template <HasHeaders Response>
[[nodiscard]] SpanContext read_answer(const Response& response) {
  return read_answer(CarrierReader(typename CarrierFor<const Response>::type(response)));
}

/// The options of `serve` and `co_serve`: HandleOptions, and the answer.
struct ServeOptions {
  const PropagatorChain& chain = global_chain();
  ExtractReport* report = nullptr;
  Tracer* tracer = global_tracer();
  std::string_view span_name = {};
  /// Written into the response that the handler returns, if it has header fields and a tracer has
  /// started a span: without one, no span of this service answers.
  Answer answer = Answer::none;

  [[nodiscard]] HandleOptions handling() const noexcept {
    return {chain, report, tracer, span_name};
  }
};

namespace internal {

/// A server's span of a request. Only what is the server's own fault is an error of it.
struct Server {
  Answer answer = Answer::none;

  template <class Request>
  static detail::SpanFacts facts(const Request& request) {
    return span_facts<SpanKind::server>(request);
  }
  template <class Response>
    requires HasStatus<std::remove_cv_t<Response>> || HasWritableHeaders<Response>
  void end(Span& span, Response& response) const {
    if constexpr (HasWritableHeaders<Response>) {
      write_answer(response, span.context().span_context(), answer);
    }
    if constexpr (HasStatus<std::remove_cv_t<Response>>) end_span(span, response, 500);
  }
};

/// A client's span of a call.
struct Client {
  template <class Request>
  static detail::SpanFacts facts(const Request& request) {
    return span_facts<SpanKind::client>(request);
  }
  template <class Response>
    requires HasStatus<std::remove_cv_t<Response>>
  static void end(Span& span, Response& response) {
    end_span(span, response, 400);
  }
};

}  // namespace internal

/// Serves a request: makes its context current and calls the handler, with the request if it takes
/// one. Returns the handler's result.
///
///     auto response = baton::http::serve(request, [&](const auto& request) {
///       return answer(request);  // baton::current() is this request's context
///     });
///
/// A tracer starts a span for the request (kind `server`), which is then current. It ends with the
/// handler: with an error if the handler throws, or returns a response with a status of 500 or more
/// (see ResponseTraits).
///
/// The handler must not return before its work is done, since the scope ends with it. A coroutine
/// does not compile; use `co_serve` (baton/carriers/beast.hpp).
template <class Request, class Handler>
  requires HasHeaders<std::remove_cvref_t<Request>>
decltype(auto) serve(Request&& request, Handler&& handler, const ServeOptions& options = {}) {
  return detail::handle([&](const ExtractOptions& how) { return extract(request, how); },
                        std::forward<Handler>(handler), request, options.handling(),
                        internal::Server{options.answer});
}

/// Makes a call: writes the current context into a request and calls `send`, with the request if it
/// takes one. Returns the result of `send`.
///
///     auto response =
///         baton::http::call(request, [&](auto& request) { return client.send(request); });
///
/// A tracer starts a span for the call (kind `client`), which the request carries and which is
/// current in `send`. It ends with `send`: with an error if `send` throws, or returns a response
/// with a status of 400 or more (see ResponseTraits). A coroutine does not compile; use `co_call`
/// (baton/carriers/beast.hpp).
template <HasHeaders Request, class Send>
decltype(auto) call(Request& request, Send&& send, const SendOptions& options = {}) {
  detail::refuse_coroutine<detail::HandlerResult<Send, Request>>();
  const auto send_it = [&]() -> decltype(auto) {
    inject(request, current(), options.injection());
    return detail::invoke_handler(std::forward<Send>(send), request);
  };
  if (options.tracer == nullptr) return send_it();
  return detail::call_in_span(
      internal::Client(),
      internal::Client::facts(request).start(*options.tracer, current(), options.span_name),
      send_it);
}

}  // namespace baton::http
