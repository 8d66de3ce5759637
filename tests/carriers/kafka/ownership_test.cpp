// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <librdkafka/rdkafkacpp.h>

#include <array>

#include "support.hpp"

namespace {

using namespace kafka_test;
using baton::Context;
using baton::Scope;
using baton::kafka::Existing;
using baton::kafka::forward;
using baton::kafka::instrument;

constexpr std::int32_t no_such_partition = 77;

/// Tests the ownership of headers if a message is not sent. librdkafka calls the interceptor before
/// it detects the failure. Run it under AddressSanitizer.
class OwnershipTest : public testing::TestWithParam<Existing> {
 protected:
  OwnershipTest() {
    rd_kafka_conf_t* const conf =
        cluster_.producer_conf({{"topic.metadata.propagation.max.ms", "0"}});
    instrument(*conf, {.existing = GetParam()});
    producer_ = make_client(RD_KAFKA_PRODUCER, conf);
    produce(*producer_, "v");  // from now on it knows the partitions
    flush(*producer_);
  }

  /// Produces with headers to a partition that does not exist; the caller still owns them.
  rd_kafka_resp_err_t fail(rd_kafka_headers_t& headers) {
    std::array<rd_kafka_vu_t, 4> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = "orders";
    parts[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    parts[1].u.i32 = no_such_partition;
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[3].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[3].u.headers = &headers;
    rd_kafka_error_t* const failure = rd_kafka_produceva(producer_.get(), parts.data(), 4);
    const rd_kafka_resp_err_t error = rd_kafka_error_code(failure);
    if (failure != nullptr) rd_kafka_error_destroy(failure);
    return error;
  }

  /// The headers after the interceptor, sent or not.
  Headers expected(const Headers& theirs, bool has_context) const {
    if (has_context && GetParam() == Existing::keep) return theirs;
    return {{"a", "1"}, {"traceparent", parent}};
  }

  MockCluster cluster_;
  Client producer_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, OwnershipTest, testing::Values(Existing::keep, Existing::replace));

TEST_P(OwnershipTest, AListStaysTheCallersIfItsMessageIsNotSent) {
  const Context context = context_of(parent);
  const Scope scope(context);
  for (const char* const theirs : {other_parent.c_str(), "00-bad"}) {
    const bool has_context = theirs == other_parent;
    const Headers headers = {{"Traceparent", theirs}, {"a", "1"}};
    HeadersPointer list = make_headers(headers);
    for (int i = 0; i < 2; ++i) {  // the caller still owns it: it can be produced again
      EXPECT_EQ(fail(*list), RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
      EXPECT_EQ(to_headers(list.get()), expected(headers, has_context));
    }
    EXPECT_EQ(rd_kafka_producev(producer_.get(), RD_KAFKA_VTYPE_TOPIC, "orders",
                                RD_KAFKA_VTYPE_PARTITION, no_such_partition, RD_KAFKA_VTYPE_HEADERS,
                                list.get(), RD_KAFKA_VTYPE_END),
              RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
    EXPECT_EQ(to_headers(list.get()), expected(headers, has_context));
    EXPECT_EQ(produce(*producer_, "v", std::move(list)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer_);
  }
}

TEST_P(OwnershipTest, AnEmptyListOfTheCallersIsNotReplaced) {
  const Context context = context_of(parent);
  const Scope scope(context);
  const HeadersPointer list = make_headers({});
  EXPECT_EQ(fail(*list), RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
  EXPECT_EQ(to_headers(list.get()), (Headers{{"traceparent", parent}}));
}

TEST_P(OwnershipTest, WhatLibrdkafkaOwnsGoesWithTheMessage) {
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(rd_kafka_producev(producer_.get(), RD_KAFKA_VTYPE_TOPIC, "orders",
                              RD_KAFKA_VTYPE_PARTITION, no_such_partition, RD_KAFKA_VTYPE_END),
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
  EXPECT_EQ(rd_kafka_producev(producer_.get(), RD_KAFKA_VTYPE_TOPIC, "orders",
                              RD_KAFKA_VTYPE_PARTITION, no_such_partition, RD_KAFKA_VTYPE_HEADER,
                              "traceparent", other_parent.c_str(), ssize_t{-1},
                              RD_KAFKA_VTYPE_HEADER, "a", "1", ssize_t{-1}, RD_KAFKA_VTYPE_END),
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer_.get(), "orders", nullptr);
  std::string value = "v";
  EXPECT_EQ(rd_kafka_produce(topic, no_such_partition, RD_KAFKA_MSG_F_COPY, value.data(),
                             value.size(), nullptr, 0, nullptr),
            -1);
  rd_kafka_topic_destroy(topic);
}

TEST_P(OwnershipTest, AListOfTheCppInterfaceStaysTheCallersToo) {
  std::string reason;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  conf->set("bootstrap.servers", cluster_.servers(), reason);
  instrument(*conf, {.existing = GetParam()});
  const std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), reason));
  ASSERT_NE(producer, nullptr) << reason;
  std::string value = "v";
  const auto produce_to = [&](std::int32_t partition, RdKafka::Headers* headers) {
    return producer->produce("orders", partition, RdKafka::Producer::RK_MSG_COPY, value.data(),
                             value.size(), nullptr, 0, 0, headers, nullptr);
  };
  EXPECT_EQ(produce_to(0, nullptr), RdKafka::ERR_NO_ERROR);
  producer->flush(20000);
  const Context context = context_of(parent);
  const Scope scope(context);
  std::unique_ptr<RdKafka::Headers> headers(RdKafka::Headers::create());
  headers->add("Traceparent", other_parent);
  EXPECT_EQ(produce_to(no_such_partition, headers.get()), RdKafka::ERR__UNKNOWN_PARTITION);
  ASSERT_EQ(headers->size(), 1U);
  EXPECT_EQ(headers->get_all()[0].key(),
            GetParam() == Existing::keep ? "Traceparent" : "traceparent");
  EXPECT_EQ(produce_to(0, headers.get()), RdKafka::ERR_NO_ERROR);
  static_cast<void>(headers.release());
  producer->flush(20000);
}

TEST_P(OwnershipTest, AConfigurationStaysTheCallersIfItMakesNoProducer) {
  rd_kafka_conf_t* const conf =
      make_conf({{"transactional.id", "t"}, {"enable.idempotence", "false"}});
  instrument(*conf, {.existing = GetParam()});
  rd_kafka_conf_t* const copy = rd_kafka_conf_dup(conf);
  char reason[512];
  for (rd_kafka_conf_t* const bad : {conf, copy}) {
    EXPECT_EQ(rd_kafka_new(RD_KAFKA_PRODUCER, bad, reason, sizeof reason), nullptr);
    rd_kafka_conf_destroy(bad);
  }
}

TEST_P(OwnershipTest, ForwardFreesWhatItCouldNotSend) {
  Message order;
  {
    const Context context = context_of(other_parent);
    const Scope scope(context);
    EXPECT_EQ(produce(*producer_, "v", make_headers({{"a", "1"}})), RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  flush(*producer_);
  Reader reader(cluster_);
  order = std::move(reader.next(2)[1]);
  // A topic that is known not to exist.
  rd_kafka_mock_topic_set_error(cluster_.get(), "gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  const Context context = context_of(parent);
  const Scope scope(context);
  for (int i = 0; i < 600 && error == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    error = forward(*producer_, "gone", *order);
    rd_kafka_poll(producer_.get(), 100);
  }
  EXPECT_EQ(error, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE);
  order.reset();
}

}  // namespace
