// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/baton.hpp"
#include "baton/carriers/celery/envelope.hpp"
#include "laws/json_laws.hpp"
#include "laws/member_laws.hpp"
#include "support/fields.hpp"

/// The laws of every text that is read as an envelope of Celery.
namespace laws {

inline baton::Context sent_context() {
  baton::Context context;
  context.set_span_context({baton::TraceId(0x0af7651916cd43dd, 0x8448eb211c80319c),
                            baton::SpanId(0xb7ad6b7169203331), baton::TraceFlags(0x03), true,
                            baton::TraceState::parse("rojo=00f067aa0ba902b7").value()});
  context.set_baggage(baton::Baggage::parse("user=alice"));
  return context;
}

/// Whether `shorter` is `longer` without some of its bytes.
inline bool is_part_of(std::string_view shorter, std::string_view longer) {
  std::size_t at = 0;
  for (const char c : longer) {
    if (at < shorter.size() && shorter[at] == c) ++at;
  }
  return at == shorter.size();
}

/// Makes all doubles equal: Boost.JSON's result for a number depends on its place in the text.
inline void level_doubles(boost_json::value& value) {
  if (value.is_double()) value = 0.0;
  if (auto* const array = value.if_array()) {
    for (boost_json::value& element : *array) level_doubles(element);
  }
  if (auto* const object = value.if_object()) {
    for (auto& member : *object) level_doubles(member.value());
  }
}

/// Whether Boost.JSON reads it; then `value` is what it reads.
inline bool read_json(std::string_view text, boost_json::value& value) {
  boost_json::error_code error;
  value = parsed(text, error);
  level_doubles(value);
  return !error;
}

inline boost_json::value without_fields(boost_json::value value) {
  boost_json::object& envelope = value.as_object();
  if (boost_json::value* const headers = envelope.if_contains("headers")) {
    if (headers->is_object()) {
      take_members(headers->as_object());
      boost_json::object* const nested = object_in(headers->as_object(), "headers");
      if (nested != nullptr) take_members(*nested);
    }
    if (headers->is_null() || headers->as_object().empty()) envelope.erase("headers");
  }
  return value;
}

/// Fields are read from the headers, and from the nested ones if a format has none outside.
inline void check_names(boost_json::object& envelope, const baton::Context& arrived) {
  boost_json::object* const headers = object_in(envelope, "headers");
  boost_json::object* const nested = headers == nullptr ? nullptr : object_in(*headers, "headers");
  if (!has_fields(headers) && !has_fields(nested)) return;  // it may be of protocol 1
  require(arrived == context_of(texts_of(headers), texts_of(nested)), "every field is found");
}

/// The headers have each field once, in lowercase, and the nested headers have no other.
inline void require_nothing_stale(boost_json::object& envelope) {
  boost_json::object& headers = *object_in(envelope, "headers");
  std::size_t count = 0;
  for (const auto& [name, value] : headers) count += w3c_chain().owns(std::string_view(name));
  require(count == 3 && headers.contains("traceparent") && headers.contains("tracestate") &&
              headers.contains("baggage"),
          "each field is there once");
  boost_json::object* const nested = object_in(headers, "headers");
  if (nested == nullptr) return;
  for (const auto& [name, value] : *nested) {
    if (value.is_null() || !w3c_chain().owns(std::string_view(name))) continue;
    require(headers.contains(name) && headers.at(name) == value, "nothing stale is sent");
  }
}

inline void check_envelope(std::string_view text) {
  baton::ExtractReport report;
  const baton::test::ExactText exact(text);
  const baton::Context arrived =
      baton::celery::extract(exact.view(), {.chain = w3c_chain(), .report = &report});

  std::string envelope(text);
  const auto injected = baton::celery::inject(envelope, sent_context(), {.chain = w3c_chain()});
  if (!injected) {
    require(envelope == text, "an error leaves the envelope as it was");
    require(arrived == baton::Context(), "what cannot be written cannot be read");
    require(injected.error().offset <= text.size(), "an error is in the envelope, or at its end");
    const baton::ParseError plain = scan(text);
    require(!plain || plain.offset >= injected.error().offset,
            "no error is told before the first one");
    return;
  }
  require(!scan(text), "only what is JSON is changed");
  require(!scan(envelope), "what is written is JSON");
  boost_json::value before;
  boost_json::value after;
  if (read_json(text, before) && read_json(envelope, after)) {
    check_names(before.as_object(), arrived);
    require_nothing_stale(after.as_object());
    require(without_fields(after) == without_fields(before), "nothing else is changed");
  }
  report.clear();
  require(
      baton::celery::extract(envelope, {.chain = w3c_chain(), .report = &report}) == sent_context(),
      "what was written is read");

  // Removing the fields changes nothing else, and neither does writing them again.
  std::string bare(text);
  require(baton::celery::inject(bare, baton::Context(), {.chain = w3c_chain()}).has_value(),
          "what can be written can be cleared");
  require(is_part_of(bare, text), "clearing only takes out");
  std::string again = envelope;
  require(baton::celery::inject(again, sent_context(), {.chain = w3c_chain()}).has_value() &&
              again == envelope,
          "writing the same again changes nothing");
  require(baton::celery::inject(again, baton::Context(), {.chain = w3c_chain()}).has_value(),
          "what was written can be cleared");
  if (bare.find("\"headers\"") == std::string::npos) return;  // one was made, and remains
  boost_json::value value;
  if (!read_json(bare, value)) return;
  boost_json::object* const headers = object_in(value.as_object(), "headers");
  require(!has_fields(headers), "what is cleared is gone");
  require(headers == nullptr || !has_fields(object_in(*headers, "headers")),
          "what is nested is gone too");
  if (!value.as_object().contains("headers") || value.at("headers").is_null()) return;
  require_same(again, bare, "only the fields were written");
}

/// The same if tasks of protocol 1 get the fields in their arguments.
inline void check_body(std::string_view text, const baton::PropagatorChain& chain,
                       const baton::Context& sent) {
  std::string envelope(text);
  const auto injected = baton::celery::inject(
      envelope, sent, {.chain = chain, .protocol1 = baton::celery::Protocol1::kwargs});
  if (!injected) {
    require(envelope == text, "an error leaves the envelope as it was");
    require(injected.error().offset <= text.size(), "an error is in the envelope, or at its end");
    return;
  }
  require(!scan(envelope), "what is written is JSON");
  const baton::Context arrived = baton::celery::extract(envelope, {.chain = chain});
  require(arrived.span_context().trace_id == sent.span_context().trace_id &&
              arrived.span_context().span_id == sent.span_context().span_id,
          "what was written is read");
  require(&chain != &w3c_chain() || arrived == sent, "and so is all else");
}

inline void check_body(std::string_view text) {
  static const baton::PropagatorChain jaeger = baton::make_chain("jaeger").chain;
  check_body(text, w3c_chain(), sent_context());
  check_body(text, jaeger, sent_context());
}

}  // namespace laws
