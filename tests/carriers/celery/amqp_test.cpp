// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/amqp.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "support.hpp"
#include "support/amqp_connection.hpp"

namespace {

using namespace celery_test;
using baton::ErrorCode;
using baton::celery::from_amqp;
using baton::celery::make_message;
using baton::celery::Message;
using baton::celery::MessageError;

class CeleryAmqpTest : public testing::Test {
 protected:
  CeleryAmqpTest() { init_amqp_pool(&pool_, 4096); }
  ~CeleryAmqpTest() override { empty_amqp_pool(&pool_); }

  /// The message as a consumer receives it, with headers that were encoded and decoded.
  amqp_message_t arrived(const Message& message) {
    amqp_message_t out{};
    out.properties = baton::celery::to_amqp(message, pool_);
    std::string wire(1 << 16, '\0');
    std::size_t size = 0;
    EXPECT_EQ(amqp_encode_table({wire.size(), wire.data()}, &out.properties.headers, &size),
              AMQP_STATUS_OK);
    std::size_t offset = 0;
    wires_.push_back(std::move(wire));
    EXPECT_EQ(
        amqp_decode_table({size, wires_.back().data()}, &pool_, &out.properties.headers, &offset),
        AMQP_STATUS_OK);
    out.body = {message.body.size(), const_cast<char*>(message.body.data())};
    return out;
  }

  amqp_table_t table_of(amqp_field_value_t value) {
    auto* const entry =
        static_cast<amqp_table_entry_t*>(amqp_pool_alloc(&pool_, sizeof(amqp_table_entry_t)));
    *entry = {amqp_cstring_bytes("a"), value};
    return {1, entry};
  }

  std::vector<std::string> wires_;
  amqp_pool_t pool_;
};

TEST_F(CeleryAmqpTest, ATaskArrivesAsItWasSent) {
  const Message message = make_message(
      {.name = "shop.add",
       .args = {1, "é"},
       .id = "i",
       .time_limit = 10,
       .reply_to = "q",
       .headers = {{"x", {1, -2.5, true, false, nullptr, {{"y", "z"}}}}, {"large", 1ULL << 63}},
       .priority = 7},
      context_of(parent, "k=v"));
  const Message got = from_amqp(arrived(message)).value();
  boost::json::object expected = message.headers;
  expected["large"] = 9223372036854775808.0;
  EXPECT_EQ(boost::json::serialize(got.headers), boost::json::serialize(expected));
  EXPECT_EQ(got.body, message.body);
  EXPECT_EQ(got.content_type, "application/json");
  EXPECT_EQ(got.content_encoding, "utf-8");
  EXPECT_EQ(got.correlation_id, "i");
  EXPECT_EQ(got.reply_to, "q");
  EXPECT_EQ(got.priority, 7);
  EXPECT_EQ(got.delivery_mode, 2);
  const auto task = baton::celery::read_task(got).value();
  EXPECT_EQ(task.name, "shop.add");
  EXPECT_EQ(baton::celery::extract(task).baggage().header(), "k=v");
}

TEST_F(CeleryAmqpTest, WithTheExchangeAndTheRoutingKey) {
  const Message message = make_message({.name = "t"}, baton::Context());
  amqp_envelope_t envelope{};
  envelope.message = arrived(message);
  envelope.exchange = amqp_cstring_bytes("celery");
  envelope.routing_key = amqp_cstring_bytes("shop");
  const Message got = from_amqp(envelope).value();
  EXPECT_EQ(got.exchange, "celery");
  EXPECT_EQ(got.routing_key, "shop");
}

TEST_F(CeleryAmqpTest, WhatHasNoPropertiesIsNoTask) {
  const Message got = from_amqp(amqp_message_t{}).value();
  EXPECT_TRUE(got.headers.empty());
  EXPECT_EQ(baton::celery::read_task(got).error(),
            (MessageError{"content-type", {ErrorCode::bad_value, 0}}));
}

TEST_F(CeleryAmqpTest, FieldsOfOtherKinds) {
  const auto read = [&](amqp_field_value_t value) {
    amqp_message_t message{};
    message.properties._flags = AMQP_BASIC_HEADERS_FLAG;
    message.properties.headers = table_of(value);
    return boost::json::serialize(from_amqp(message).value().headers.at("a"));
  };
  amqp_field_value_t value{};
  value.kind = AMQP_FIELD_KIND_BYTES;
  value.value.bytes = amqp_cstring_bytes("text");
  EXPECT_EQ(read(value), "\"text\"");
  value.value.bytes = amqp_cstring_bytes("a\xff\xc3\xa9");
  EXPECT_EQ(read(value), "\"a\xef\xbf\xbd\xc3\xa9\"");
  value.kind = AMQP_FIELD_KIND_BOOLEAN;
  value.value.boolean = 0;
  EXPECT_EQ(read(value), "false");
  value.value.boolean = 2;
  EXPECT_EQ(read(value), "true");
  value.kind = AMQP_FIELD_KIND_F32;
  value.value.f32 = 0.5F;
  EXPECT_EQ(read(value), "5E-1");
  value.kind = AMQP_FIELD_KIND_F64;
  value.value.f64 = std::numeric_limits<double>::infinity();
  EXPECT_EQ(read(value), "null");
  value.kind = AMQP_FIELD_KIND_TIMESTAMP;
  value.value.u64 = 1700000000;
  EXPECT_EQ(read(value), "1700000000");
  value.kind = AMQP_FIELD_KIND_DECIMAL;
  value.value.decimal = {2, 250};
  EXPECT_EQ(read(value), "2.5E0");
  value.value.u64 = 0xF9F8F7F6F5F4F3F2;
  for (const auto& [kind, number] :
       {std::pair(AMQP_FIELD_KIND_I8, "-14"), std::pair(AMQP_FIELD_KIND_U8, "242"),
        std::pair(AMQP_FIELD_KIND_I16, "-3086"), std::pair(AMQP_FIELD_KIND_U16, "62450"),
        std::pair(AMQP_FIELD_KIND_I32, "-168496142"), std::pair(AMQP_FIELD_KIND_U32, "4126471154"),
        std::pair(AMQP_FIELD_KIND_I64, "-434324723980766222"),
        std::pair(AMQP_FIELD_KIND_U64, "18012419349728785394")}) {
    value.kind = static_cast<std::uint8_t>(kind);
    EXPECT_EQ(read(value), number);
  }
  value.kind = '?';
  EXPECT_EQ(read(value), "null");
}

TEST_F(CeleryAmqpTest, PropertiesCountByTheirFlags) {
  amqp_field_value_t value{};
  value.kind = AMQP_FIELD_KIND_I8;
  amqp_message_t message{};
  amqp_basic_properties_t& properties = message.properties;
  properties.headers = table_of(value);
  properties.delivery_mode = 1;
  properties.priority = 3;
  for (amqp_bytes_t* const text : {&properties.content_type, &properties.content_encoding,
                                   &properties.correlation_id, &properties.reply_to}) {
    *text = amqp_cstring_bytes("text");
  }
  const Message none = from_amqp(message).value();
  EXPECT_TRUE(none.headers.empty());
  EXPECT_EQ(none.content_type + none.content_encoding + none.correlation_id + none.reply_to, "");
  EXPECT_EQ(none.delivery_mode, 2);
  EXPECT_EQ(none.priority, 0);
  properties._flags = baton::celery::to_amqp(Message(), pool_)._flags;
  const Message all = from_amqp(message).value();
  EXPECT_EQ(all.headers.size(), 1U);
  for (const std::string& text :
       {all.content_type, all.content_encoding, all.correlation_id, all.reply_to}) {
    EXPECT_EQ(text, "text");
  }
  EXPECT_EQ(all.delivery_mode, 1);
  EXPECT_EQ(all.priority, 3);
}

TEST_F(CeleryAmqpTest, OfARepeatedNameTheLastCounts) {
  std::array<amqp_table_entry_t, 2> entries{};
  for (amqp_table_entry_t& entry : entries) entry.key = amqp_cstring_bytes("a");
  entries[0].value.kind = AMQP_FIELD_KIND_I8;
  entries[1].value.kind = AMQP_FIELD_KIND_VOID;
  amqp_message_t message{};
  message.properties._flags = AMQP_BASIC_HEADERS_FLAG;
  message.properties.headers = {2, entries.data()};
  EXPECT_EQ(boost::json::serialize(from_amqp(message).value().headers), R"({"a":null})");
}

/// More of them might be chosen to collide in Boost.JSON's objects, each with all others.
TEST_F(CeleryAmqpTest, TheMembersOfEachTableCount) {
  const auto read = [&](std::string_view headers) {
    Message message;
    message.headers = json(headers).as_object();
    return from_amqp(arrived(message), {.members = 2});
  };
  EXPECT_TRUE(read(R"({"a":[1,2,3],"b":{"c":{"d":1,"e":2},"f":3}})"));
  for (const char* many : {R"({"a":1,"b":2,"c":3})", R"({"a":{"b":1,"c":2,"d":3}})",
                           R"({"a":[{"b":{"c":1,"d":2,"e":3}}]})"}) {
    EXPECT_EQ(read(many).error(), (MessageError{"headers", {ErrorCode::too_many_members, 0}}))
        << many;
  }
}

TEST_F(CeleryAmqpTest, DepthIsThatOfOneValue) {
  const auto read = [&](std::string_view headers) {
    Message message;
    message.headers = json(headers).as_object();
    return from_amqp(arrived(message), {.depth = 3});
  };
  EXPECT_TRUE(read(R"({"a":[[1],[],[2]],"b":[[3]],"c":{"d":{},"e":{"f":1}},"g":[{}]})"));
  for (const char* deep : {R"({"a":[[[1]]]})", R"({"a":[[{}]]})", R"({"a":{"b":[[]]}})"}) {
    EXPECT_EQ(read(deep).error(), (MessageError{"headers", {ErrorCode::too_deep, 0}})) << deep;
  }
}

TEST_F(CeleryAmqpTest, AMessageSaysAllThatPyAmqpSays) {
  const Message message = make_message({.name = "t", .queue = "shop"}, baton::Context());
  EXPECT_EQ(baton::celery::to_amqp(message, pool_)._flags,
            amqp_flags_t{AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
                         AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG |
                         AMQP_BASIC_PRIORITY_FLAG | AMQP_BASIC_CORRELATION_ID_FLAG |
                         AMQP_BASIC_REPLY_TO_FLAG});
}

TEST_F(CeleryAmqpTest, PublishSendsItToItsQueue) {
  Message message = make_message({.name = "t", .queue = "shop"}, context_of(parent));
  message.exchange = "celery";
  baton::test::AmqpConnection connection;
  EXPECT_EQ(baton::celery::publish(connection.get(), 1, message), AMQP_STATUS_OK);
  const std::string sent = connection.receive();
  // Basic.Publish: a reserved number, exchange and routing key, and the bits of the options.
  EXPECT_NE(sent.find(std::string("\0\0", 2) + baton::test::short_string("celery") +
                      baton::test::short_string("shop") + '\0'),
            std::string::npos);
  EXPECT_NE(sent.find(parent), std::string::npos);
  EXPECT_NE(sent.find(message.body), std::string::npos);
  connection.close_other_end();
  EXPECT_EQ(baton::celery::publish(connection.get(), 1, message), AMQP_STATUS_SOCKET_ERROR);
}

TEST_F(CeleryAmqpTest, Limits) {
  const baton::celery::Limits limits{.bytes = 4, .depth = 3};
  amqp_message_t message{};
  message.body = amqp_cstring_bytes("12345");
  EXPECT_EQ(from_amqp(message, limits).error(),
            (MessageError{"body", {ErrorCode::too_many_bytes, 4}}));
  message.body.len = limits.bytes;
  EXPECT_TRUE(from_amqp(message, limits));

  amqp_field_value_t value{};
  value.kind = AMQP_FIELD_KIND_TABLE;
  message.body = amqp_empty_bytes;
  message.properties._flags = AMQP_BASIC_HEADERS_FLAG;
  for (std::size_t depth = 1; depth <= 5; ++depth) {
    message.properties.headers = table_of(value);  // with an empty table in the innermost
    value.value.table = message.properties.headers;
    const auto got = from_amqp(message, limits);
    EXPECT_EQ(got.has_value(), depth < limits.depth) << depth;
    if (got) continue;
    EXPECT_EQ(got.error(), (MessageError{"headers", {ErrorCode::too_deep, 0}}));
  }
}

/// rabbitmq-c would write their sizes modulo 256, and all that follows would be malformed.
TEST_F(CeleryAmqpTest, WhatAmqpCannotSayIsLeftOut) {
  const std::string longest(255, 'a');
  const std::string longer(256, 'a');
  Message message;
  message.headers = {{longest, 1}, {longer, 2}, {"in", {{longer, 3}, {"b", 4}}}, {"last", 5}};
  message.content_type = longest;
  message.content_encoding = longer;
  message.correlation_id = longer;
  message.reply_to = longer;
  const auto got = from_amqp(arrived(message));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->headers, (boost::json::object{{longest, 1}, {"in", {{"b", 4}}}, {"last", 5}}));
  EXPECT_EQ(got->content_type, longest);
  EXPECT_EQ(got->content_encoding, "");
  EXPECT_EQ(got->correlation_id, "");
  EXPECT_EQ(got->reply_to, "");

  for (std::string Message::* const part : {&Message::exchange, &Message::routing_key}) {
    Message elsewhere;
    elsewhere.*part = longer;
    EXPECT_EQ(baton::celery::publish(nullptr, 1, elsewhere), AMQP_STATUS_INVALID_PARAMETER);
  }
}

}  // namespace
