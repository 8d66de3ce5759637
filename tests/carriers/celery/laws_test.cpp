// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

#include "laws/celery_laws.hpp"
#include "support.hpp"

namespace {

using namespace celery_test;
using boost::json::value;

/// Texts of any characters, including those that JSON must escape.
rc::Gen<std::string> any_text() {
  return rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "\"", "\\", "\n", std::string(1, '\0'), "é", "€", "😀", "\x7f", "/", "'", "{")),
      [](const std::vector<std::string>& parts) {
        std::string text;
        for (const std::string& part : parts) text += part;
        return text;
      });
}

rc::Gen<value> any_value(int depth) {
  const auto scalar = rc::gen::oneOf(
      rc::gen::map(any_text(), [](const std::string& text) { return value(text); }),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(),
                   [](std::int64_t number) { return value(number); }),
      rc::gen::map(rc::gen::arbitrary<double>(), [](double number) { return value(number); }),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool flag) { return value(flag); }),
      rc::gen::just(value()));
  if (depth == 0) return scalar;
  const auto inner = rc::gen::lazy([depth] { return any_value(depth - 1); });
  return rc::gen::oneOf(
      scalar,
      rc::gen::map(rc::gen::container<std::vector<value>>(inner),
                   [](const std::vector<value>& values) {
                     return value(boost::json::array(values.begin(), values.end()));
                   }),
      rc::gen::map(rc::gen::container<std::map<std::string, value>>(any_text(), inner),
                   [](const std::map<std::string, value>& members) {
                     boost::json::object object;
                     for (const auto& [name, member] : members) object[name] = member;
                     return value(std::move(object));
                   }));
}

boost::json::array any_args() {
  const auto values = *rc::gen::scale(0.2, rc::gen::container<std::vector<value>>(any_value(1)));
  return boost::json::array(values.begin(), values.end());
}

boost::json::object any_object() {
  boost::json::object object;
  for (const auto& [name, member] : *rc::gen::scale(
           0.2, rc::gen::container<std::map<std::string, value>>(any_text(), any_value(1)))) {
    object[name] = member;
  }
  return object;
}

RC_GTEST_PROP(CeleryLaws, WhatIsPublishedIsConsumed, ()) {
  baton::celery::Task task{.name = "t" + *any_text(), .args = any_args(), .kwargs = any_object()};
  task.embed = {
      {"callbacks", nullptr}, {"errbacks", nullptr}, {"chain", any_args()}, {"chord", nullptr}};
  for (const auto& [name, member] : any_object()) task.embed[name] = member;
  task.root_id = *any_text();
  task.parent_id = *any_text();
  task.group = *any_text();
  task.retries = *rc::gen::arbitrary<std::uint32_t>();
  const baton::Context context = baton::Context().child();
  const auto message = baton::celery::make_message(task, context);
  const auto got = receive(baton::celery::to_redis(message));
  RC_ASSERT(got.has_value());
  RC_ASSERT(got->protocol == 2);
  RC_ASSERT(got->name == task.name);
  RC_ASSERT(got->id == message.correlation_id);
  RC_ASSERT(got->root_id == (task.root_id.empty() ? got->id : task.root_id));
  RC_ASSERT(got->parent_id == task.parent_id);
  RC_ASSERT(got->group == task.group);
  RC_ASSERT(got->retries == task.retries);
  RC_ASSERT(got->args == task.args);
  RC_ASSERT(got->kwargs == task.kwargs);
  RC_ASSERT(got->embed == task.embed);
  const baton::Context came = baton::celery::extract(*got);
  const baton::SpanContext& span = came.span_context();
  RC_ASSERT(span.trace_id == context.span_context().trace_id);
  RC_ASSERT(span.span_id == context.span_context().span_id);
}

/// Fields of any spelling and type, among others.
boost::json::object any_fields() {
  boost::json::object object = any_object();
  const auto names = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("traceparent", "Traceparent", "TRACEPARENT", "tracestate",
                                    "TraceState", "baggage", "Baggage", "BAGGAGE", "task"));
  for (const std::string& name : names) {
    const auto texts = rc::gen::element<std::string>(std::string(parent), "k=v", "a=1", "");
    object[name] = *rc::gen::oneOf(
        any_value(1), rc::gen::map(texts, [](const std::string& text) { return value(text); }));
  }
  return object;
}

RC_GTEST_PROP(CeleryLaws, FieldsAreFoundAndNothingStaleIsLeft, ()) {
  boost::json::object headers = any_fields();
  if (*rc::gen::arbitrary<bool>()) {
    headers["headers"] = any_fields();
    for (const auto& [name, member] : any_fields()) headers.emplace(name, member);
  }
  laws::check_headers(headers);
}

RC_GTEST_PROP(CeleryLaws, ATaskAndItsEnvelopeHaveTheSameContext, ()) {
  boost::json::object headers = *rc::gen::arbitrary<bool>() ? any_fields() : boost::json::object();
  if (*rc::gen::arbitrary<bool>()) headers["headers"] = any_fields();
  if (*rc::gen::arbitrary<bool>()) headers["traceparent"] = nullptr;
  headers.erase("task");
  const std::string body = boost::json::serialize(
      boost::json::object{{"task", "t"}, {"id", "i"}, {"kwargs", any_fields()}});
  const std::string envelope =
      boost::json::serialize(boost::json::object{{"headers", headers}, {"body", body}});
  baton::celery::Message message;
  message.headers = headers;
  message.body = body;
  auto task = baton::celery::read_task(message);
  RC_ASSERT(task.has_value());
  baton::celery::take_context_from_kwargs(*task, {.chain = laws::w3c_chain()});
  RC_ASSERT(baton::celery::extract(*task, {.chain = laws::w3c_chain()}) ==
            baton::celery::extract(envelope, {.chain = laws::w3c_chain()}));
}

RC_GTEST_PROP(CeleryLaws, WhateverComesIsATaskOrAnErrorInside, (const std::string& change)) {
  const baton::celery::Task task{.name = "t", .args = any_args(), .kwargs = any_object()};
  const auto message = baton::celery::make_message(task, baton::Context().child());
  const bool of_envelope = *rc::gen::arbitrary<bool>();
  std::string text = of_envelope ? baton::celery::to_redis(message) : message.body;
  laws::check_envelope(text);
  const auto place = *rc::gen::inRange<std::size_t>(0, text.size());
  const auto size = *rc::gen::inRange<std::size_t>(0, 4);
  text.replace(place, size, change);
  laws::check_envelope(text);
}

}  // namespace
