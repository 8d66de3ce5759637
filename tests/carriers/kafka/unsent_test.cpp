// SPDX-License-Identifier: Apache-2.0
// Each span of a message ends once, whatever happens to the message.

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "carriers/kafka/sent_spans.hpp"
#include "span_support.hpp"

namespace {

using namespace kafka_test;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::kafka::forward;
using baton::kafka::instrument;
using baton::kafka::internal::SentSpans;

/// Believes at once that a topic or partition does not exist.
const Settings impatient = {{"topic.metadata.propagation.max.ms", "0"}};

class UnsentTest : public SpanTest {
 protected:
  /// The spans that have ended since the last call: all with that error.
  void expect_failures(std::size_t count, std::string_view error) {
    EXPECT_EQ(tracer_.open(), 0U);
    const std::vector<RecordedSpan> spans = tracer_.ended();
    tracer_.clear();
    EXPECT_EQ(spans.size(), count);
    for (const RecordedSpan& span : spans) {
      EXPECT_TRUE(span.is_error);
      EXPECT_EQ(span.error_type, error);
      EXPECT_FALSE(span.attributes.contains("messaging.kafka.offset"));
    }
  }

  /// Makes a producer know that a topic does not exist; it must be one of `impatient`.
  void lose(rd_kafka_t& producer, const char* topic) {
    rd_kafka_mock_topic_set_error(cluster_.get(), topic, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int i = 0; i < 600 && error == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      error = produce(producer, "v", nullptr, topic);
      rd_kafka_poll(&producer, 100);
    }
    EXPECT_EQ(error, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
    rd_kafka_purge(&producer, RD_KAFKA_PURGE_F_QUEUE);
    rd_kafka_flush(&producer, 10000);
    EXPECT_EQ(tracer_.open(), 0U);
    tracer_.clear();
  }
};

TEST_F(UnsentTest, AQueueThatIsFullStartsNone) {
  rd_kafka_conf_t* const conf =
      make_conf({{"queue.buffering.max.messages", "1"}, {"log_level", "0"}});
  instrument(*conf, {.tracer = &tracer_});
  const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
  EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR__QUEUE_FULL);
  EXPECT_EQ(tracer_.open(), 1U);
  rd_kafka_purge(producer.get(), RD_KAFKA_PURGE_F_QUEUE);
  rd_kafka_flush(producer.get(), 10000);
  expect_failures(1, "_PURGE_QUEUE");
}

TEST_F(UnsentTest, AMessageThatIsTooLargeStartsNone) {
  const Client producer = traced({{"message.max.bytes", "1000"}});
  EXPECT_EQ(produce(*producer, std::string(2000, 'v')), RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  EXPECT_EQ(tracer_.open() + tracer_.ended().size(), 0U);
}

TEST_F(UnsentTest, AnUnknownPartition) {
  const Client producer = traced(impatient);
  sent(*producer);  // from now on it knows the partitions
  tracer_.clear();
  EXPECT_EQ(rd_kafka_producev(producer.get(), RD_KAFKA_VTYPE_TOPIC, "orders",
                              RD_KAFKA_VTYPE_PARTITION, 77, RD_KAFKA_VTYPE_END),
            RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
  expect_failures(1, "_UNKNOWN_PARTITION");
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer.get(), "orders", nullptr);
  char value[] = "v";
  EXPECT_EQ(rd_kafka_produce(topic, 77, RD_KAFKA_MSG_F_COPY, value, 1, nullptr, 0, nullptr), -1);
  expect_failures(1, "_UNKNOWN_PARTITION");
  rd_kafka_topic_destroy(topic);
}

TEST_F(UnsentTest, AnUnknownTopic) {
  const Client producer = traced(impatient);
  lose(*producer, "gone");
  EXPECT_EQ(produce(*producer, "v", nullptr, "gone"), RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
  expect_failures(1, "_UNKNOWN_TOPIC");
}

/// librdkafka then reports the application's structs instead of its own messages. Another
/// interceptor may send messages to another producer in between.
TEST_F(UnsentTest, ABatchForAnUnknownTopic) {
  rd_kafka_conf_t* const conf = cluster_.producer_conf(impatient);
  instrument(*conf, {.chain = everything(), .tracer = &tracer_});
  add_audit(*conf, *plain_);
  const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
  lose(*producer, "gone");
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer.get(), "gone", nullptr);
  char value[] = "v";
  std::array<rd_kafka_message_t, 3> messages{};
  for (rd_kafka_message_t& message : messages) {
    message.payload = value;
    message.len = 1;
  }
  EXPECT_EQ(
      rd_kafka_produce_batch(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, messages.data(), 3),
      0);
  rd_kafka_topic_destroy(topic);
  expect_failures(3, "_UNKNOWN_TOPIC");
  flush(*plain_);
}

/// librdkafka reports the application's struct of the second message, which has no span.
TEST_F(UnsentTest, AMessageOfABatchEndsNoSpanOfAnother) {
  const auto tracer = std::make_shared<baton::RecordingTracer>();
  rd_kafka_conf_t* const conf = cluster_.producer_conf();
  instrument(*conf, {.chain = everything(), .context = [] {
                       baton::set_global_tracer(nullptr);  // the next message has no span
                       return context_of(parent);
                     }});
  const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
  sent(*producer);  // from now on it knows the partitions
  rd_kafka_topic_conf_t* const topic_conf = rd_kafka_topic_conf_new();
  rd_kafka_topic_conf_set_partitioner_cb(
      topic_conf, [](const rd_kafka_topic_t*, const void*, std::size_t key_size, std::int32_t,
                     void*, void*) { return key_size == 0 ? 0 : 77; });
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer.get(), "checked", topic_conf);
  char text[] = "v";
  EXPECT_EQ(rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, text, 1, nullptr, 0,
                             nullptr),
            0);
  flush(*producer);
  rd_kafka_mock_broker_set_rtt(cluster_.get(), 1, 1000);
  std::array<rd_kafka_message_t, 2> messages{};
  for (rd_kafka_message_t& message : messages) {
    message.payload = text;
    message.len = 1;
  }
  messages[1].key = text;
  messages[1].key_len = 1;
  baton::set_global_tracer(tracer);
  EXPECT_EQ(rd_kafka_produce_batch(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                   messages.data(), messages.size()),
            1);
  EXPECT_EQ(messages[1].err, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
  EXPECT_EQ(tracer->open(), 1U);
  flush(*producer);
  rd_kafka_topic_destroy(topic);
  ASSERT_EQ(tracer->ended().size(), 1U);
  EXPECT_FALSE(tracer->ended()[0].is_error);
}

TEST_F(UnsentTest, ABatch) {
  const Client producer = traced();
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer.get(), "orders", nullptr);
  char value[] = "v";
  std::array<rd_kafka_message_t, 3> messages{};
  for (rd_kafka_message_t& message : messages) {
    message.payload = value;
    message.len = 1;
  }
  EXPECT_EQ(
      rd_kafka_produce_batch(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, messages.data(), 3),
      3);
  flush(*producer);
  rd_kafka_topic_destroy(topic);
  EXPECT_EQ(tracer_.open(), 0U);
  std::set<std::string> ids;
  for (const RecordedSpan& span : tracer_.ended()) {
    EXPECT_FALSE(span.is_error);
    ids.insert(span.context.span_context().span_id.to_string());
  }
  EXPECT_EQ(ids.size(), 3U);
}

TEST_F(UnsentTest, AnErrorOfTheBroker) {
  const Client producer = traced({{"retries", "0"}});
  rd_kafka_mock_push_request_errors(cluster_.get(), 0, 1, RD_KAFKA_RESP_ERR_INVALID_MSG);
  EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
  flush(*producer);
  expect_failures(1, "INVALID_MSG");
}

TEST_F(UnsentTest, RetriesAreOneSpan) {
  const Client producer = traced();
  rd_kafka_mock_push_request_errors(cluster_.get(), 0, 2,
                                    RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
  sent(*producer);
  EXPECT_FALSE(only_span().is_error);
}

TEST_F(UnsentTest, AMessageThatTimesOut) {
  const Client producer =
      traced({{"message.timeout.ms", "50"}, {"bootstrap.servers", "127.0.0.1:1"}});
  EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
  flush(*producer);
  expect_failures(1, "_MSG_TIMED_OUT");
}

TEST_F(UnsentTest, AMessageInFlightThatIsPurged) {
  const Client producer = traced();
  sent(*producer);
  tracer_.clear();
  rd_kafka_mock_broker_set_rtt(cluster_.get(), 1, 2000);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  rd_kafka_purge(producer.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(producer.get(), 10000);
  EXPECT_EQ(tracer_.open(), 0U);
  EXPECT_EQ(tracer_.ended().size(), 10U);
}

TEST_F(UnsentTest, MessagesThatAreLostWithTheirClient) {
  for (const char* const servers : {"127.0.0.1:1", ""}) {
    Client producer = traced({{"bootstrap.servers", servers}});
    for (int i = 0; i < 10; ++i) EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
    EXPECT_EQ(tracer_.open(), 10U);
    producer.reset();
    expect_failures(10, "_DESTROY");
  }
}

TEST_F(UnsentTest, ForwardThatFails) {
  const Message order = with(context_of(parent));
  const Client bare = make_client(RD_KAFKA_PRODUCER, cluster_.producer_conf(impatient));
  const Client producer = traced(impatient);
  lose(*bare, "gone");
  lose(*producer, "gone");
  for (const Client& sender : {std::cref(bare), std::cref(producer)}) {
    EXPECT_EQ(forward(*sender, "gone", *order, {.tracer = &tracer_}),
              RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
    expect_failures(1, "_UNKNOWN_TOPIC");
  }
  const Client tiny = traced({{"message.max.bytes", "1000"}});
  EXPECT_EQ(produce(*plain_, std::string(2000, 'v')), RD_KAFKA_RESP_ERR_NO_ERROR);
  flush(*plain_);
  const Message large = orders_.next();
  EXPECT_EQ(forward(*tiny, "checked", *large, {.tracer = &tracer_}),
            RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  expect_failures(1, "MSG_SIZE_TOO_LARGE");
}

TEST_F(UnsentTest, ManyThreadsEachEndTheirSpans) {
  constexpr int threads = 4;
  constexpr int messages = 500;
  {
    const Client producer = traced();
    std::vector<std::thread> workers;
    for (int thread = 0; thread < threads; ++thread) {
      workers.emplace_back([&producer] {
        for (int i = 0; i < messages; ++i) {
          EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
        }
      });
    }
    for (std::thread& worker : workers) worker.join();
    flush(*producer);
  }
  EXPECT_EQ(tracer_.open(), 0U);
  EXPECT_EQ(tracer_.ended().size(), std::size_t{threads * messages});
}

class SentSpansTest : public testing::Test {
 protected:
  void add(SentSpans& spans, const rd_kafka_message_t& message, std::string_view name) {
    spans.add(message, baton::Span(&tracer_, {.parent = {}, .name = name}));
  }
  /// The names of spans that have ended since the last call.
  std::vector<std::string> ended() {
    std::vector<std::string> names;
    for (const RecordedSpan& span : tracer_.ended()) names.push_back(span.name);
    tracer_.clear();
    return names;
  }

  RecordingTracer tracer_;
  rd_kafka_message_t message_{};
};

TEST_F(SentSpansTest, AMessageThatWasDroppedHasEnded) {
  SentSpans spans;
  add(spans, message_, "dropped");
  add(spans, message_, "at the same place");
  EXPECT_EQ(tracer_.ended().at(0).error_type, "_DESTROY");
  EXPECT_EQ(ended(), std::vector<std::string>{"dropped"});
  EXPECT_EQ(tracer_.open(), 1U);
}

/// The report of a batch may show the application's struct instead of the message.
TEST_F(SentSpansTest, AStrangeReportEndsTheLastOfItsThreadAndClient) {
  SentSpans spans;
  SentSpans of_another;
  const rd_kafka_message_t other{};
  const rd_kafka_message_t strange{};
  rd_kafka_message_t with_topic{};
  with_topic.rkt = reinterpret_cast<rd_kafka_topic_t*>(&with_topic);
  add(of_another, message_, "another client's");
  add(spans, other, "other");
  add(spans, message_, "last");
  of_another.end(strange);
  spans.end(with_topic);
  EXPECT_EQ(ended(), std::vector<std::string>{});
  spans.end(other);
  EXPECT_EQ(ended(), std::vector<std::string>{"other"});
  spans.end(strange);
  EXPECT_EQ(ended(), std::vector<std::string>{"last"});
}

}  // namespace
