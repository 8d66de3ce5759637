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
using baton::celery::read_task;
using baton::celery::ReceivedTask;

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
  EXPECT_EQ(boost::json::serialize(task.headers),
            R"({"lang":"py","traceparent":")" + std::string(parent) + "\"}");
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
  const std::string of_b = R"({"x":"1","traceparent":)" + b + R"(,"baggage":"b=2"})";
  const Case cases[] = {
      {"{}", of_b, R"({"x":"1"})"},
      {"{\"traceparent\":" + a + "}", of_b, ""},
      {"{\"Traceparent\":" + a + "}", of_b, ""},
      {R"({"headers":{"traceparent":)" + a + "}}", of_b, ""},
      {R"({"headers":{"Baggage":"a=1"}})", of_b, ""},
      {R"({"baggage":"a=1","traceparent":null})", of_b, ""},
      {R"({"task":"t","id":"i"})", of_b, ""},
      {R"({"task":null})", of_b, R"({"x":"1"})"},
      {R"({"traceparent":null,"BAGGAGE":null})", of_b, R"({"x":"1"})"},
      {R"({"traceparent":1,"headers":{"traceparent":2}})", of_b, R"({"x":"1"})"},
      {R"({"Traceparent":1,"headers":[]})", of_b, R"({"x":"1"})"},
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
      some_headers,
      R"([["\u00e9\n","\u00e8"],{"a":1,"c":2,"\u0061":{"b":[true,null,false]},"c":null},{}])");
  const ReceivedTask task = read_task(message).value();
  EXPECT_EQ(task.args[0].as_string(), "é\n");
  EXPECT_EQ(task.args[1].as_string(), "è");
  EXPECT_EQ(boost::json::serialize(task.kwargs), R"({"a":{"b":[true,null,false]},"c":null})");
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
                                 R"("correlation_id":"i",)"
                                 R"("delivery_info":{"exchange":"e","routing_key":"k"})");
  EXPECT_EQ(transient.priority, 254);
  EXPECT_EQ(transient.delivery_mode, 1);
  EXPECT_EQ(transient.reply_to, "r");
  EXPECT_EQ(transient.correlation_id, "i");
  EXPECT_EQ(transient.exchange, "e");
  EXPECT_EQ(transient.routing_key, "k");
  const Message large = read(R"("priority":256,"delivery_mode":4294967295)");
  EXPECT_EQ(large.priority, 255);
  EXPECT_EQ(large.delivery_mode, 255);
}

TEST(CeleryConsumeTest, OfANameInNestedHeadersTheLastCounts) {
  const auto message =
      from_redis(R"({"properties":{},"body":"","headers":{"headers":{"a":1,"a":2}}})");
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(boost::json::serialize(message->headers), R"({"headers":{"a":2}})");
}

TEST(CeleryConsumeTest, NullIsTheSameAsAbsent) {
  const std::string headers = R"({"task":"t","id":"i","retries":null,"compression":null,)"
                              R"("group":null})";
  const auto task = read_task(message_of(headers, "[[],{},{}]"));
  ASSERT_TRUE(task);
  EXPECT_EQ(task->retries, 0U);
}

TEST(CeleryConsumeTest, AGroupCountsForMoreThanItsOlderName) {
  const auto task =
      read_task(message_of("{}", R"({"task":"t","id":"i","taskset":"old","group":"g"})"));
  EXPECT_EQ(task.value().group, "g");
}

}  // namespace
