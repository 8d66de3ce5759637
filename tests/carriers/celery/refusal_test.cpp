// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/consume.hpp"

#include <gtest/gtest.h>

#include "real_messages.hpp"
#include "support.hpp"

namespace {

using namespace celery_test;
using baton::ErrorCode;
using baton::celery::from_redis;
using baton::celery::Message;
using baton::celery::MessageError;
using baton::celery::read_task;

MessageError error_of_envelope(std::string_view envelope) { return from_redis(envelope).error(); }
MessageError error_of_task(Message message) { return read_task(std::move(message)).error(); }
MessageError in_envelope(ErrorCode code, std::size_t offset) {
  return {"envelope", {code, offset}};
}
MessageError in_body(ErrorCode code, std::size_t offset) { return {"body", {code, offset}}; }

TEST(CeleryRefusalTest, WrongEnvelopes) {
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
  EXPECT_EQ(error_of_envelope(R"({"properties":{"correlation_id":1},"body":""})"),
            in_envelope(ErrorCode::wrong_type, 32));
  EXPECT_EQ(error_of_envelope(R"({"properties":{},"body":"","content-encoding":1})"),
            in_envelope(ErrorCode::wrong_type, 46));
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

TEST(CeleryRefusalTest, HeadersThatAreSaidTwice) {
  EXPECT_EQ(error_of_envelope(R"({"properties":{},"body":"","headers":{"task":"a","task":"b"}})"),
            in_envelope(ErrorCode::duplicate_key, 49));
  EXPECT_EQ(error_of_envelope(R"({"properties":{},"body":"","headers":[]})"),
            in_envelope(ErrorCode::wrong_type, 37));
}

TEST(CeleryRefusalTest, EveryTruncationIsAnError) {
  for (std::size_t size = 0; size < simple_task.size(); ++size) {
    const std::string cut(simple_task.substr(0, size));
    EXPECT_EQ(error_of_envelope(cut), in_envelope(ErrorCode::too_short, size)) << cut;
  }
}

TEST(CeleryRefusalTest, Limits) {
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
  EXPECT_TRUE(from_redis(R"({"properties":{},"body":""})", limits));
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

/// More of them might be chosen to collide in Boost.JSON's objects, each with all others.
TEST(CeleryRefusalTest, TheMembersOfEachObjectCount) {
  const auto members = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      text += (i == 0 ? "\"" : ",\"") + std::to_string(1000000 + i) + "\":1";
    }
    return text;
  };
  constexpr std::size_t most = 4096;
  constexpr std::size_t size = std::string_view(R"("1000000":1,)").size();
  struct Case {
    std::string_view headers;
    std::string before;
    std::string behind;
  };
  const std::string_view none = "{}";
  const Case bodies[] = {
      {some_headers, "[[],{", "},{}]"},
      {some_headers, "[[],{},{", "}]"},
      {some_headers, "[[{", "}],{},{}]"},
      {some_headers, R"([[{"a":[{)", "}]}],{},{}]"},
      {none, R"({"task":"t","id":"i","kwargs":{)", "}}"},
      {none, R"({"task":"t","id":"i","chord":{)", "}}"},
  };
  for (const auto& [headers, before, behind] : bodies) {
    EXPECT_TRUE(read_task(message_of(headers, before + members(most) + behind))) << before;
    EXPECT_EQ(error_of_task(message_of(headers, before + members(most + 1) + behind)),
              in_body(ErrorCode::too_many_members, before.size() + most * size))
        << before;
    const auto few =
        read_task(message_of(headers, before + R"("a":1,"b":2,"c":3)" + behind), {.members = 2});
    ASSERT_FALSE(few) << before;
    EXPECT_EQ(few.error(), in_body(ErrorCode::too_many_members, before.size() + 12)) << before;
  }

  const std::string headers = R"({"properties":{},"body":"","headers":{)";
  EXPECT_TRUE(from_redis(headers + members(most) + "}}"));
  EXPECT_EQ(error_of_envelope(headers + members(most + 1) + "}}"),
            in_envelope(ErrorCode::too_many_members, headers.size() + most * size));
  const std::string nested = headers + R"("a":{)";
  EXPECT_TRUE(from_redis(nested + members(most) + "}}}"));
  EXPECT_EQ(error_of_envelope(nested + members(most + 1) + "}}}"),
            in_envelope(ErrorCode::too_many_members, nested.size() + most * size));
}

TEST(CeleryRefusalTest, EachLevelOfABodyCounts) {
  struct Case {
    std::string_view headers;
    std::string_view body;
    std::size_t depth;  ///< how deep its values are
    std::size_t place;  ///< of the first that is as deep
  };
  constexpr std::string_view none = "{}";
  const Case cases[] = {
      {some_headers, "[[],{},{}]", 2, 1},
      {some_headers, R"([[1],{"a":{"b":1}},null])", 3, 10},
      {some_headers, R"([[1],{"a":{"b":[1]}},null])", 4, 15},
      {some_headers, R"([[[],[{}]],{},null])", 4, 6},
      {some_headers, R"([[{"a":1,"b":{"c":{}}}],{},null])", 5, 18},
      {none, R"({"task":"t","id":"i","callbacks":[1]})", 2, 33},
      {none, R"({"task":"t","id":"i","chord":{"a":{}}})", 3, 34},
  };
  for (const auto& [headers, body, depth, place] : cases) {
    EXPECT_TRUE(read_task(message_of(headers, body), {.depth = depth})) << body;
    const auto task = read_task(message_of(headers, body), {.depth = depth - 1});
    ASSERT_FALSE(task) << body;
    EXPECT_EQ(task.error(), in_body(ErrorCode::too_deep, place)) << body;
  }
}

TEST(CeleryRefusalTest, WrongBodies) {
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
  EXPECT_EQ(error("[[],{}"), in_body(ErrorCode::too_short, 6));
  EXPECT_EQ(error("[[] {}"), in_body(ErrorCode::bad_delimiter, 4));
}

TEST(CeleryRefusalTest, WrongBodiesOfProtocol1) {
  const auto error = [](std::string_view body) { return error_of_task(message_of("{}", body)); };
  EXPECT_EQ(error("[[],{},{}]"), in_body(ErrorCode::wrong_type, 0));
  EXPECT_EQ(error(R"({"id":"i"})"), in_body(ErrorCode::missing_field, 0));
  EXPECT_EQ(error(R"( {"task":"t"})"), in_body(ErrorCode::missing_field, 1));
  EXPECT_EQ(error(R"({"task":1,"id":"i"})"), in_body(ErrorCode::wrong_type, 8));
  EXPECT_EQ(error(R"({"task":"t","id":"i","args":{}})"), in_body(ErrorCode::wrong_type, 28));
  EXPECT_EQ(error(R"({"task":"t","id":"i","kwargs":[]})"), in_body(ErrorCode::wrong_type, 30));
  EXPECT_EQ(error(R"({"task":"t","id":"i","retries":1.5})"), in_body(ErrorCode::bad_number, 31));
  EXPECT_EQ(error(R"({"task":"t","id":"i","taskset":1})"), in_body(ErrorCode::wrong_type, 31));
  EXPECT_EQ(error(R"({"task":"t","id":"i"} 1)"), in_body(ErrorCode::too_long, 22));
}

TEST(CeleryRefusalTest, WrongHeaders) {
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

TEST(CeleryRefusalTest, BodiesThatAreNotPlainJson) {
  EXPECT_EQ(receive(compressed_task).error(),
            (MessageError{"headers.compression", {ErrorCode::bad_value, 0}}));
  Message message = message_of(some_headers, "[[],{},{}]");
  message.content_type = "application/x-python-serialize";
  EXPECT_EQ(error_of_task(message), (MessageError{"content-type", {ErrorCode::bad_value, 0}}));
  message.content_type = "application/json";
  message.content_encoding = "utf-16";
  EXPECT_EQ(error_of_task(message), (MessageError{"content-encoding", {ErrorCode::bad_value, 0}}));
  EXPECT_EQ(error_of_task(message).message(), "content-encoding: invalid value at byte 0");
  // Two have characters that differ from a known name's in the bit that distinguishes cases.
  for (const char* encoding : {"utf\r8", "utf-\x18", "[utf-8", "utf-8 "}) {
    message.content_encoding = encoding;
    EXPECT_FALSE(read_task(message)) << encoding;
  }
  for (const char* encoding : {"US-ASCII", "Ascii", "BINARY", "utf8", ""}) {
    message.content_encoding = encoding;
    EXPECT_TRUE(read_task(message)) << encoding;
  }
}

}  // namespace
