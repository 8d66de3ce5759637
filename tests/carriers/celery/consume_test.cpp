// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/consume.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "real_messages.hpp"
#include "support.hpp"

namespace {

using namespace celery_test;
using baton::ErrorCode;
using baton::celery::from_redis;
using baton::celery::Message;
using baton::celery::MessageError;
using baton::celery::read_task;
using baton::celery::ReceivedTask;

/// A received message with these headers and that body.
Message message_of(std::string_view headers, std::string_view body) {
  Message message;
  message.headers = json(headers).as_object();
  message.body = body;
  return message;
}

constexpr std::string_view some_headers = R"({"task":"t","id":"i"})";

MessageError error_of_envelope(std::string_view envelope) { return from_redis(envelope).error(); }
MessageError error_of_task(Message message) { return read_task(std::move(message)).error(); }
MessageError in_envelope(ErrorCode code, std::size_t offset) {
  return {"envelope", {code, offset}};
}
MessageError in_body(ErrorCode code, std::size_t offset) { return {"body", {code, offset}}; }

TEST(CeleryConsumeTest, ATaskThatPythonSent) {
  const ReceivedTask task = receive(simple_task).value();
  EXPECT_EQ(task.protocol, 2);
  EXPECT_EQ(task.name, "shop.add");
  EXPECT_EQ(task.id, "4b294dce-c31e-4154-8789-2fb6e131f9cf");
  EXPECT_EQ(task.root_id, task.id);
  EXPECT_EQ(task.parent_id, "");
  EXPECT_EQ(task.reply_to, "156c3a25-1d26-3bd2-bd1f-70c3f2c5035b");
  EXPECT_EQ(task.args, (boost::json::array{1, "é\n", 2.5}));
  EXPECT_EQ(boost::json::serialize(task.kwargs), R"({"k":null})");
  EXPECT_EQ(task.embed, json(R"({"callbacks":null,"errbacks":null,"chain":null,"chord":null})"));
  EXPECT_EQ(task.headers.size(), 20U);
  EXPECT_EQ(baton::celery::extract(task).span_context().span_id.to_string(), parent.substr(36, 16));
}

TEST(CeleryConsumeTest, AChainThatPythonSent) {
  const ReceivedTask task = receive(chain_of_tasks).value();
  ASSERT_EQ(task.embed.at("chain").as_array().size(), 2U);
  EXPECT_EQ(task.embed.at("chain").at(1).at("args"), json("[3]"));
  EXPECT_EQ(baton::celery::extract(task), baton::Context());
}

TEST(CeleryConsumeTest, ATaskOfProtocol1) {
  const ReceivedTask task = receive(task_of_protocol_1).value();
  EXPECT_EQ(task.protocol, 1);
  EXPECT_EQ(task.name, "shop.add");
  EXPECT_EQ(task.id, "8102b62c-22f6-4593-9b24-bf627b79035c");
  EXPECT_EQ(task.eta, "2026-11-22T23:04:14.548195+00:00");
  EXPECT_EQ(task.args, (boost::json::array{1}));
  EXPECT_EQ(boost::json::serialize(task.kwargs), R"({"k":2})");
  EXPECT_TRUE(baton::celery::extract(task).span_context().is_valid());
}

TEST(CeleryConsumeTest, Protocol1WithItsContextAmongTheArguments) {
  const std::string body = R"({"task":"t","id":"i","args":[],"kwargs":{"a":1,"traceparent":")" +
                           std::string(parent) +
                           R"(","baggage":2},"taskset":"g","retries":2,)"
                           R"("callbacks":[{"task":"x"}]})";
  ReceivedTask task = read_task(message_of(R"({"lang":"py"})", body)).value();
  EXPECT_EQ(task.group, "g");
  EXPECT_EQ(task.retries, 2U);
  EXPECT_EQ(boost::json::serialize(task.embed), R"({"callbacks":[{"task":"x"}]})");
  EXPECT_EQ(baton::celery::extract(task), baton::Context());
  baton::celery::take_context_from_kwargs(task);
  EXPECT_TRUE(baton::celery::extract(task).span_context().is_valid());
  EXPECT_EQ(boost::json::serialize(task.kwargs), R"({"a":1,"baggage":2})");
}

/// A parent of another span.
std::string parent_with(std::string_view last_digit) {
  return std::string(parent.substr(0, 51)) + std::string(last_digit) + "-01";
}

TEST(CeleryConsumeTest, ATaskAndItsEnvelopeHaveTheSameContext) {
  struct Case {
    std::string headers;
    std::string kwargs;
    std::string_view taken;  ///< what is left of the arguments, if something is taken
  };
  const std::string a = '"' + parent_with("a") + '"';
  const std::string b = '"' + parent_with("b") + '"';
  const std::string of_b = R"({"x":1,"traceparent":)" + b + R"(,"baggage":"b=2"})";
  const Case cases[] = {
      {"{}", of_b, R"({"x":1})"},
      {"{\"traceparent\":" + a + "}", of_b, ""},
      {"{\"Traceparent\":" + a + "}", of_b, ""},
      {R"({"headers":{"traceparent":)" + a + "}}", of_b, ""},
      {R"({"headers":{"Baggage":"a=1"}})", of_b, ""},
      {R"({"baggage":"a=1","traceparent":null})", of_b, ""},
      {R"({"task":"t","id":"i"})", of_b, ""},
      {R"({"task":null})", of_b, R"({"x":1})"},
      {R"({"traceparent":null,"BAGGAGE":null})", of_b, R"({"x":1})"},
      {R"({"traceparent":1,"headers":{"traceparent":2}})", of_b, R"({"x":1})"},
      {R"({"Traceparent":1,"headers":[]})", of_b, R"({"x":1})"},
      {R"({"TRACEPARENT":null})", "{\"Traceparent\":" + a + ",\"TRACEPARENT\":" + b + "}", "{}"},
  };
  for (const auto& [headers, kwargs, taken] : cases) {
    const std::string body = R"({"task":"t","id":"i","kwargs":)" + kwargs + "}";
    const std::string envelope = R"({"headers":)" + headers +
                                 ",\"body\":" + boost::json::serialize(boost::json::value(body)) +
                                 "}";
    ReceivedTask task = read_task(message_of(headers, body)).value();
    baton::celery::take_context_from_kwargs(task);
    EXPECT_EQ(baton::celery::extract(task), baton::celery::extract(envelope)) << envelope;
    EXPECT_EQ(boost::json::serialize(task.kwargs), taken.empty() ? kwargs : taken) << envelope;
  }
}

TEST(CeleryConsumeTest, AContextInNestedHeaders) {
  const std::string envelope =
      R"({"body":"[[1],{},null]","content-type":"application/json","headers":{"task":"t","id":"i",)"
      R"("headers":{"traceparent":")" +
      std::string(parent) + R"(","baggage":1}},"properties":{}})";
  const ReceivedTask task = receive(envelope).value();
  baton::ExtractReport report;
  const auto trace = baton::celery::process(
      task, [] { return baton::current().span_context().trace_id.to_string(); },
      {.report = &report});
  EXPECT_EQ(trace, parent.substr(3, 32));
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].field, "baggage");
  EXPECT_EQ(report.issues()[0].error, baton::ParseError(ErrorCode::wrong_type, 0));
}

TEST(CeleryConsumeTest, WhereBothProtocolsSpeakTheHeadersCount) {
  const ReceivedTask task =
      read_task(message_of(R"({"task":"t","id":"i","retries":1})",
                           R"({"task":"x","id":"y","args":[1],"kwargs":{},"retries":5})"))
          .value();
  EXPECT_EQ(task.name + task.id, "ti");
  EXPECT_EQ(task.retries, 1U);
  EXPECT_EQ(task.args.size(), 1U);
}

TEST(CeleryConsumeTest, ProcessMakesTheContextCurrent) {
  const ReceivedTask task = receive(simple_task).value();
  const baton::Context seen = baton::celery::process(task, [](const ReceivedTask& same) {
    EXPECT_EQ(same.name, "shop.add");
    return baton::current();
  });
  EXPECT_EQ(seen, baton::celery::extract(task));
  EXPECT_EQ(seen.span_context().span_id.to_string(), parent.substr(36, 16));
  EXPECT_EQ(baton::current(), baton::Context());
}

TEST(CeleryConsumeTest, ProcessCallsTheHandlerWhateverTheHeadersAre) {
  ReceivedTask task = receive(simple_task).value();
  task.headers["traceparent"] = "00-x";
  baton::ExtractReport report;
  const baton::Context seen =
      baton::celery::process(task, [] { return baton::current(); }, {.report = &report});
  EXPECT_FALSE(seen.trace_id().is_valid());
  EXPECT_EQ(report.issue_count(), 1U);
}

TEST(CeleryConsumeTest, AFollowUpKnowsItsParentAndRoot) {
  ReceivedTask parent_task = receive(simple_task).value();
  parent_task.root_id = "r";
  const auto next = baton::celery::follow_up(parent_task, "shop.next", {1}, {{"k", 2}});
  EXPECT_EQ(next.root_id, "r");
  EXPECT_EQ(next.parent_id, parent_task.id);
  EXPECT_EQ(next.name, "shop.next");
  parent_task.root_id.clear();
  EXPECT_EQ(baton::celery::follow_up(parent_task, "t").root_id, parent_task.id);
}

TEST(CeleryConsumeTest, BodiesInPlainText) {
  const ReceivedTask task =
      receive(R"({"body":"[[1],{},null]","content-type":"application/json",)"
              R"("content-encoding":"UTF-8","headers":{"task":"t","id":"i"},"properties":{}})")
          .value();
  EXPECT_EQ(task.args.size(), 1U);
  EXPECT_TRUE(task.embed.empty());
}

TEST(CeleryConsumeTest, NumbersKeepWhatTheirTypeHolds) {
  const auto number = [](const std::string& text) {
    const Message message = message_of(some_headers, "[[" + text + "],{},{}]");
    return read_task(message).value().args[0];
  };
  EXPECT_EQ(number("-9223372036854775808").as_int64(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(number("18446744073709551615").as_uint64(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(number("18446744073709551616").as_double(), 18446744073709551616.0);
  EXPECT_EQ(number("2046.1807486296839").as_double(), 2046.1807486296839);
  EXPECT_EQ(number("-1.7976931348623158e308").as_double(), std::numeric_limits<double>::lowest());
  EXPECT_EQ(number("0e309").as_double(), 0);
  EXPECT_EQ(number("1e-99999999999").as_double(), 0);
  EXPECT_FALSE(std::signbit(number("1e-400").as_double()));
  EXPECT_TRUE(std::signbit(number("-1e-400").as_double()));
}

TEST(CeleryConsumeTest, TextsAreDecodedAndTheLastOfANameCounts) {
  const Message message = message_of(
      some_headers, R"([["\u00e9\n","\u00e8"],{"a":1,"\u0061":{"b":[true,null,false]}},{}])");
  const ReceivedTask task = read_task(message).value();
  EXPECT_EQ(task.args[0].as_string(), "é\n");
  EXPECT_EQ(task.args[1].as_string(), "è");
  EXPECT_EQ(boost::json::serialize(task.kwargs), R"({"a":{"b":[true,null,false]}})");
}

TEST(CeleryConsumeTest, WrongEnvelopes) {
  EXPECT_EQ(error_of_envelope(""), in_envelope(ErrorCode::too_short, 0));
  EXPECT_EQ(error_of_envelope("[]"), in_envelope(ErrorCode::wrong_type, 0));
  EXPECT_EQ(error_of_envelope("{}"), in_envelope(ErrorCode::missing_field, 0));
  EXPECT_EQ(error_of_envelope(R"({"body":"","headers":{}})"),
            in_envelope(ErrorCode::missing_field, 0));
  EXPECT_EQ(error_of_envelope(R"({"properties":{}})"), in_envelope(ErrorCode::missing_field, 0));
  EXPECT_EQ(error_of_envelope(R"({"properties":1})"), in_envelope(ErrorCode::wrong_type, 14));
  EXPECT_EQ(error_of_envelope(R"({"properties":{},"body":1})"),
            in_envelope(ErrorCode::wrong_type, 24));
  EXPECT_EQ(error_of_envelope(R"({"headers":[],"properties":{},"body":""})"),
            in_envelope(ErrorCode::wrong_type, 11));
  EXPECT_EQ(error_of_envelope(R"({"properties":{},"body":"","body":""})"),
            in_envelope(ErrorCode::duplicate_key, 27));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"a":1,"a":1},"body":""})"),
            in_envelope(ErrorCode::duplicate_key, 21));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"body_encoding":"hex"},"body":""})"),
            in_envelope(ErrorCode::bad_value, 31));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"body_encoding":1},"body":""})"),
            in_envelope(ErrorCode::wrong_type, 31));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"priority":"1"},"body":""})"),
            in_envelope(ErrorCode::wrong_type, 26));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"priority":-1},"body":""})"),
            in_envelope(ErrorCode::bad_number, 26));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"priority":4294967296},"body":""})"),
            in_envelope(ErrorCode::bad_number, 26));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"body_encoding":"base64"},"body":"AAAA*AAA"})"),
            in_envelope(ErrorCode::bad_base64, 53));
  EXPECT_EQ(error_of_envelope(R"({"properties":{"body_encoding":"base64"},"body":"\/AAA*AA"})"),
            in_envelope(ErrorCode::bad_base64, 54));
}

TEST(CeleryConsumeTest, PropertiesOfAMessage) {
  const auto read = [](const std::string& properties) {
    return from_redis(R"({"properties":{)" + properties + R"(},"body":"","headers":{}})").value();
  };
  const Message usual = read("");
  EXPECT_EQ(usual.priority, 0);
  EXPECT_EQ(usual.delivery_mode, 2);
  EXPECT_EQ(usual.exchange + usual.routing_key + usual.content_type + usual.content_encoding, "");
  const Message transient = read(R"("priority":254,"delivery_mode":1,"reply_to":"r",)"
                                 R"("delivery_info":{"exchange":"e","routing_key":"k"})");
  EXPECT_EQ(transient.priority, 254);
  EXPECT_EQ(transient.delivery_mode, 1);
  EXPECT_EQ(transient.reply_to, "r");
  EXPECT_EQ(transient.exchange, "e");
  EXPECT_EQ(transient.routing_key, "k");
  const Message large = read(R"("priority":256,"delivery_mode":4294967295)");
  EXPECT_EQ(large.priority, 255);
  EXPECT_EQ(large.delivery_mode, 255);
}

TEST(CeleryConsumeTest, HeadersThatAreSaidTwice) {
  EXPECT_EQ(error_of_envelope(R"({"properties":{},"body":"","headers":{"task":"a","task":"b"}})"),
            in_envelope(ErrorCode::duplicate_key, 49));
  EXPECT_EQ(error_of_envelope(R"({"properties":{},"body":"","headers":[]})"),
            in_envelope(ErrorCode::wrong_type, 37));
}

TEST(CeleryConsumeTest, OfANameInNestedHeadersTheLastCounts) {
  const auto message =
      from_redis(R"({"properties":{},"body":"","headers":{"headers":{"a":1,"a":2}}})");
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(boost::json::serialize(message->headers), R"({"headers":{"a":2}})");
}

TEST(CeleryConsumeTest, EveryTruncationIsAnError) {
  for (std::size_t size = 0; size < simple_task.size(); ++size) {
    const std::string cut(simple_task.substr(0, size));
    EXPECT_EQ(error_of_envelope(cut), in_envelope(ErrorCode::too_short, size)) << cut;
  }
}

TEST(CeleryConsumeTest, Limits) {
  baton::celery::Limits limits;
  limits.bytes = simple_task.size();
  EXPECT_TRUE(from_redis(simple_task, limits));
  --limits.bytes;
  EXPECT_EQ(from_redis(simple_task, limits).error(),
            in_envelope(ErrorCode::too_many_bytes, simple_task.size() - 1));

  const auto nested = [](std::size_t depth) {
    return "[[" + std::string(depth, '[') + std::string(depth, ']') + "],{},{}]";
  };
  EXPECT_TRUE(read_task(message_of(some_headers, nested(126))));
  EXPECT_EQ(error_of_task(message_of(some_headers, nested(127))),
            in_body(ErrorCode::too_deep, 128));
  EXPECT_EQ(error_of_task(message_of(some_headers, nested(100000))).error.code,
            ErrorCode::too_deep);
  const std::string deep_header = R"({"properties":{},"body":"","headers":{"a":)" +
                                  std::string(1000, '[') + std::string(1000, ']') + "}}";
  EXPECT_EQ(error_of_envelope(deep_header), in_envelope(ErrorCode::too_deep, 42 + 126));
  limits.depth = 1;
  EXPECT_EQ(from_redis(R"({"properties":{},"body":"","headers":{}})", limits).error(),
            in_envelope(ErrorCode::too_deep, 37));
  limits.depth = 2;
  EXPECT_TRUE(from_redis(R"({"properties":{},"body":"","headers":{"a":1}})", limits));
  limits.depth = 128;
  constexpr std::string_view body = "[[], {}, {}]";
  limits.bytes = body.size();
  EXPECT_TRUE(read_task(message_of(some_headers, body), limits));
  --limits.bytes;
  EXPECT_EQ(read_task(message_of(some_headers, body), limits).error(),
            in_body(ErrorCode::too_many_bytes, body.size() - 1));
}

TEST(CeleryConsumeTest, WrongBodies) {
  const auto error = [](std::string_view body) {
    return error_of_task(message_of(some_headers, body));
  };
  EXPECT_EQ(error(""), in_body(ErrorCode::too_short, 0));
  EXPECT_EQ(error("1"), in_body(ErrorCode::wrong_type, 0));
  EXPECT_EQ(error("[]"), in_body(ErrorCode::missing_field, 1));
  EXPECT_EQ(error("[[],{}]"), in_body(ErrorCode::missing_field, 6));
  EXPECT_EQ(error("[[],{},{},1]"), in_body(ErrorCode::too_long, 10));
  EXPECT_EQ(error("[[],{},{}] 1"), in_body(ErrorCode::too_long, 11));
  EXPECT_EQ(error("[{},{},{}]"), in_body(ErrorCode::wrong_type, 1));
  EXPECT_EQ(error("[[],[],{}]"), in_body(ErrorCode::wrong_type, 4));
  EXPECT_EQ(error("[[],{},[]]"), in_body(ErrorCode::wrong_type, 7));
  EXPECT_EQ(error("[[\xff],{},{}]"), in_body(ErrorCode::bad_value, 2));
  EXPECT_EQ(error("[[\"\xff\"],{},{}]"), in_body(ErrorCode::bad_utf8, 3));
  EXPECT_EQ(error("[[1e400],{},{}]"), in_body(ErrorCode::bad_number, 2));
  EXPECT_EQ(error("[[],{},{}"), in_body(ErrorCode::too_short, 9));
}

TEST(CeleryConsumeTest, WrongBodiesOfProtocol1) {
  const auto error = [](std::string_view body) { return error_of_task(message_of("{}", body)); };
  EXPECT_EQ(error("[[],{},{}]"), in_body(ErrorCode::wrong_type, 0));
  EXPECT_EQ(error(R"({"id":"i"})"), in_body(ErrorCode::missing_field, 0));
  EXPECT_EQ(error(R"( {"task":"t"})"), in_body(ErrorCode::missing_field, 1));
  EXPECT_EQ(error(R"({"task":1,"id":"i"})"), in_body(ErrorCode::wrong_type, 8));
  EXPECT_EQ(error(R"({"task":"t","id":"i","args":{}})"), in_body(ErrorCode::wrong_type, 28));
  EXPECT_EQ(error(R"({"task":"t","id":"i","kwargs":[]})"), in_body(ErrorCode::wrong_type, 30));
  EXPECT_EQ(error(R"({"task":"t","id":"i","retries":1.5})"), in_body(ErrorCode::bad_number, 31));
}

TEST(CeleryConsumeTest, WrongHeaders) {
  const auto error = [](std::string_view headers) {
    return error_of_task(message_of(headers, "[[],{},{}]"));
  };
  EXPECT_EQ(error(R"({"task":1,"id":"i"})"),
            (MessageError{"headers.task", {ErrorCode::wrong_type, 0}}));
  EXPECT_EQ(error(R"({"task":"t","id":[]})"),
            (MessageError{"headers.id", {ErrorCode::wrong_type, 0}}));
  EXPECT_EQ(error(R"({"task":"t"})"), (MessageError{"headers.id", {ErrorCode::missing_field, 0}}));
  EXPECT_EQ(error(R"({"task":null,"id":"i"})"),
            (MessageError{"headers.task", {ErrorCode::missing_field, 0}}));
  for (const char* retries : {"-1", "1.5", "\"1\"", "4294967296"}) {
    EXPECT_EQ(error(R"({"task":"t","id":"i","retries":)" + std::string(retries) + "}"),
              (MessageError{"headers.retries", {ErrorCode::wrong_type, 0}}));
  }
}

TEST(CeleryConsumeTest, BodiesThatAreNotPlainJson) {
  EXPECT_EQ(receive(compressed_task).error(),
            (MessageError{"headers.compression", {ErrorCode::bad_value, 0}}));
  Message message = message_of(some_headers, "[[],{},{}]");
  message.content_type = "application/x-python-serialize";
  EXPECT_EQ(error_of_task(message), (MessageError{"content-type", {ErrorCode::bad_value, 0}}));
  message.content_type = "application/json";
  message.content_encoding = "utf-16";
  EXPECT_EQ(error_of_task(message), (MessageError{"content-encoding", {ErrorCode::bad_value, 0}}));
  EXPECT_EQ(error_of_task(message).message(), "content-encoding: invalid value at byte 0");
  for (const char* encoding : {"US-ASCII", "Ascii", "BINARY", "utf8", ""}) {
    message.content_encoding = encoding;
    EXPECT_TRUE(read_task(message)) << encoding;
  }
}

}  // namespace
