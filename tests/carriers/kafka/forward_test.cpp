// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/forward.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace {

/// The reported type of a message's time: the mock cluster always keeps the producer's.
std::optional<rd_kafka_timestamp_type_t> said_type;

}  // namespace

extern "C" std::int64_t rd_kafka_message_timestamp(const rd_kafka_message_t* message,
                                                   rd_kafka_timestamp_type_t* type) {
  static const auto next = reinterpret_cast<decltype(&rd_kafka_message_timestamp)>(
      ::dlsym(RTLD_NEXT, "rd_kafka_message_timestamp"));
  const std::int64_t timestamp = next(message, type);
  if (said_type) *type = *said_type;
  return timestamp;
}

namespace {

using namespace kafka_test;
using baton::Context;
using baton::kafka::forward;
using baton::kafka::instrument;

class ForwardTest : public testing::Test {
 protected:
  ForwardTest() {
    rd_kafka_conf_t* const conf = cluster_.producer_conf({{"message.max.bytes", "20000000"}});
    instrument(*conf);
    producer_ = make_client(RD_KAFKA_PRODUCER, conf);
  }

  Message arrive(const Headers& headers) {
    EXPECT_EQ(produce(*producer_, "v", make_headers(headers)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer_);
    return orders_.next();
  }

  Message sent_on() {
    flush(*producer_);
    return checked_.next();
  }

  MockCluster cluster_{"orders", "checked"};
  Client producer_;
  Reader orders_{cluster_};
  Reader checked_{cluster_, "checked"};
};

TEST_F(ForwardTest, KeepsTheHeadersAndContinuesTheTrace) {
  const Message order = arrive({{"a", "1"},
                                {"traceparent", parent},
                                {"n", std::nullopt},
                                {"Tracestate", "x=1"},
                                {"a", std::string("\0\xff", 2)},
                                {"baggage", "user=1"}});
  baton::kafka::process(*order, [&](const rd_kafka_message_t& message) {
    EXPECT_EQ(forward(*producer_, "checked", message), RD_KAFKA_RESP_ERR_NO_ERROR);
  });
  EXPECT_EQ(headers_of(*sent_on()), (Headers{{"a", "1"},
                                             {"n", std::nullopt},
                                             {"a", std::string("\0\xff", 2)},
                                             {"traceparent", parent},
                                             {"tracestate", "x=1"},
                                             {"baggage", "user=1"}}));
}

TEST_F(ForwardTest, WithoutACurrentTraceTheMessagesOwnGoesOn) {
  const Message order = arrive({{"traceparent", parent}, {"traceparent", other_parent}});
  EXPECT_EQ(forward(*producer_, "checked", *order), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(headers_of(*sent_on()), (Headers{{"traceparent", other_parent}}));
}

TEST_F(ForwardTest, TheMessagesOwnIsReadOnceAndOnlyIfNoTraceIsCurrent) {
  const Message order = arrive({{"traceparent", parent}});
  const auto counting = std::make_shared<CountingPropagator>();
  const baton::PropagatorChain chain({counting});
  EXPECT_EQ(forward(*producer_, "checked", *order, {.chain = chain}), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(headers_of(*sent_on()), (Headers{{"traceparent", parent}}));
  EXPECT_EQ(counting->reads, 1);
  const Context context = context_of(other_parent);
  const baton::Scope scope(context);
  EXPECT_EQ(forward(*producer_, "checked", *order, {.chain = chain}), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(headers_of(*sent_on()), (Headers{{"traceparent", other_parent}}));
  EXPECT_EQ(counting->reads, 1);
}

TEST_F(ForwardTest, ACurrentTraceIdAloneGoesOn) {
  const Message order = arrive({{"x-amzn-trace-id", "Root=1-11111111-bd862e3fe1be46a994272793"}});
  Context context;
  context.set_trace_id(baton::TraceId(0x5759e988bd862e3f, 0xe1be46a994272793),
                       baton::Sampling::drop);
  const baton::Scope scope(context);
  EXPECT_EQ(forward(*producer_, "checked", *order, {.chain = baton::make_chain("xray").chain}),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(headers_of(*sent_on()),
            (Headers{{"x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"}}));
}

TEST_F(ForwardTest, KeepsKeyTombstoneAndTimestamp) {
  rd_kafka_vu_t parts[4]{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = "orders";
  parts[1].vtype = RD_KAFKA_VTYPE_KEY;
  char key[] = "k";
  parts[1].u.mem = {key, 1};
  parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[3].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[3].u.i64 = 1234567890123;
  ASSERT_EQ(rd_kafka_produceva(producer_.get(), parts, 4), nullptr);
  flush(*producer_);
  const Message order = orders_.next();
  EXPECT_EQ(forward(*producer_, "checked", *order), RD_KAFKA_RESP_ERR_NO_ERROR);
  const Message checked = sent_on();
  EXPECT_EQ(checked->payload, nullptr);
  EXPECT_EQ(std::string(static_cast<const char*>(checked->key), checked->key_len), "k");
  rd_kafka_timestamp_type_t type{};
  EXPECT_EQ(rd_kafka_message_timestamp(checked.get(), &type), 1234567890123);
}

TEST_F(ForwardTest, ATimeThatIsNotTheProducersStaysBehind) {
  constexpr std::int64_t long_ago = 1234567890123;
  rd_kafka_vu_t parts[2]{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = "orders";
  parts[1].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  parts[1].u.i64 = long_ago;
  ASSERT_EQ(rd_kafka_produceva(producer_.get(), parts, 2), nullptr);
  flush(*producer_);
  const Message order = orders_.next();
  for (const auto type : {RD_KAFKA_TIMESTAMP_CREATE_TIME, RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME,
                          RD_KAFKA_TIMESTAMP_NOT_AVAILABLE}) {
    said_type = type;
    EXPECT_EQ(forward(*producer_, "checked", *order), RD_KAFKA_RESP_ERR_NO_ERROR);
    said_type = std::nullopt;
    const Message checked = sent_on();
    rd_kafka_timestamp_type_t sent_type{};
    const std::int64_t sent = rd_kafka_message_timestamp(checked.get(), &sent_type);
    EXPECT_EQ(sent == long_ago, type == RD_KAFKA_TIMESTAMP_CREATE_TIME) << type;
    EXPECT_GE(sent, long_ago) << type;
  }
}

TEST_F(ForwardTest, AnEmptyValueIsNoTombstone) {
  char nothing[] = "";
  rd_kafka_vu_t parts[2]{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = "orders";
  parts[1].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[1].u.mem = {nothing, 0};
  ASSERT_EQ(rd_kafka_produceva(producer_.get(), parts, 2), nullptr);
  flush(*producer_);
  const Message order = orders_.next();
  EXPECT_EQ(forward(*producer_, "checked", *order), RD_KAFKA_RESP_ERR_NO_ERROR);
  const Message checked = sent_on();
  EXPECT_NE(checked->payload, nullptr);
  EXPECT_EQ(checked->len, 0U);
  EXPECT_EQ(checked->key, nullptr);
}

TEST_F(ForwardTest, ErrorsAreGivenBack) {
  Headers too_many;
  for (int i = 0; i < 100001; ++i) too_many.emplace_back("h", "v");
  const Message order = arrive(too_many);
  EXPECT_EQ(forward(*producer_, "checked", *order), RD_KAFKA_RESP_ERR__BAD_MSG);

  const Message good = arrive({{"traceparent", parent}});
  const Client tiny = make_client(
      RD_KAFKA_PRODUCER, make_conf({{"queue.buffering.max.messages", "1"}, {"log_level", "0"}}));
  EXPECT_EQ(forward(*tiny, "checked", *good), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(forward(*tiny, "checked", *good), RD_KAFKA_RESP_ERR__QUEUE_FULL);
  rd_kafka_purge(tiny.get(), RD_KAFKA_PURGE_F_QUEUE);
}

TEST_F(ForwardTest, TheCppInterface) {
  const Message sent = arrive({{"a", "1"}, {"n", std::nullopt}, {"traceparent", parent}});
  std::string reason;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  conf->set("bootstrap.servers", cluster_.servers(), reason);
  conf->set("group.id", "cpp", reason);
  const std::unique_ptr<RdKafka::KafkaConsumer> consumer(
      RdKafka::KafkaConsumer::create(conf.get(), reason));
  const std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), reason));
  const std::unique_ptr<RdKafka::TopicPartition> partition(
      RdKafka::TopicPartition::create("orders", 0, RdKafka::Topic::OFFSET_BEGINNING));
  consumer->assign({partition.get()});
  const std::unique_ptr<RdKafka::Message> order(consumer->consume(10000));
  ASSERT_EQ(order->err(), RdKafka::ERR_NO_ERROR);
  const Headers expected = {{"a", "1"}, {"n", std::nullopt}, {"traceparent", parent}};
  for (int with_headers_asked = 0; with_headers_asked < 2; ++with_headers_asked) {
    EXPECT_EQ(forward(*producer, "checked", *order), RdKafka::ERR_NO_ERROR);
    producer->flush(20000);
    EXPECT_EQ(headers_of(*checked_.next()), expected);
    ASSERT_NE(order->headers(), nullptr);
  }
  consumer->close();
}

/// Requests the headers in a delivery report, which takes them out of the C message for good.
struct Detaching final : RdKafka::DeliveryReportCb {
  void dr_cb(RdKafka::Message& message) override {
    const Context before = baton::kafka::extract(message);
    rd_kafka_headers_t* left = nullptr;
    EXPECT_EQ(rd_kafka_message_headers(message.c_ptr(), &left), RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_NE(message.headers(), nullptr);
    EXPECT_EQ(rd_kafka_message_headers(message.c_ptr(), &left), RD_KAFKA_RESP_ERR__NOENT);
    EXPECT_TRUE(before.span_context().is_valid());
    EXPECT_EQ(baton::kafka::extract(message), before);
    EXPECT_EQ(forward(*sender, "checked", message), RdKafka::ERR_NO_ERROR);
  }
  RdKafka::Producer* sender = nullptr;
};

TEST_F(ForwardTest, WhatTheCppInterfaceHasDetached) {
  Detaching detaching;
  std::string reason;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  conf->set("bootstrap.servers", cluster_.servers(), reason);
  const std::unique_ptr<RdKafka::Producer> sender(RdKafka::Producer::create(conf.get(), reason));
  detaching.sender = sender.get();
  conf->set("dr_cb", &detaching, reason);
  const std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), reason));
  RdKafka::Headers* const headers = RdKafka::Headers::create();
  headers->add("a", std::string("\0\xff", 2));
  headers->add("n", nullptr, 0);
  headers->add("traceparent", parent);
  // The message takes the headers.
  ASSERT_EQ(producer->produce("orders", 0, 0, nullptr, 0, nullptr, 0, 0, headers, nullptr),
            RdKafka::ERR_NO_ERROR);
  producer->flush(20000);
  sender->flush(20000);
  EXPECT_EQ(
      headers_of(*checked_.next()),
      (Headers{{"a", std::string("\0\xff", 2)}, {"n", std::nullopt}, {"traceparent", parent}}));
}

}  // namespace
