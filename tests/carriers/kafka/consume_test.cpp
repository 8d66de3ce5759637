// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/consume.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <variant>

#include "baton/recording_tracer.hpp"
#include "support.hpp"

namespace {

using namespace kafka_test;
using baton::Context;
using baton::ExtractReport;
using baton::kafka::extract;

class ConsumeTest : public testing::Test {
 protected:
  void send(const Headers& headers, const std::string& value = "v") {
    ASSERT_EQ(produce(*producer_, value, make_headers(headers)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer_);
  }
  Message receive() { return reader_.next(); }

  MockCluster cluster_;
  Client producer_ =
      make_client(RD_KAFKA_PRODUCER, cluster_.producer_conf({{"message.max.bytes", "20000000"}}));
  Reader reader_{cluster_};
};

TEST_F(ConsumeTest, ExtractsFromAMessage) {
  send({{"traceparent", parent}, {"tracestate", "a=1"}, {"tracestate", "b=2"}, {"baggage", "c=3"}});
  const Message message = receive();
  ExtractReport report;
  const Context context = extract(*message, {.report = &report});
  rd_kafka_headers_t* list = nullptr;
  ASSERT_EQ(rd_kafka_message_headers(message.get(), &list), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(extract(*list), context);
  EXPECT_EQ(context.span_context().span_id, baton::SpanId(0xb7ad6b7169203331));
  EXPECT_TRUE(context.span_context().is_remote);
  EXPECT_EQ(context.span_context().trace_state.header(), "a=1,b=2");
  EXPECT_EQ(context.baggage().get("c"), "3");
  EXPECT_EQ(report.issue_count(), 0U);
  EXPECT_EQ(report.format(), "tracecontext");
}

TEST_F(ConsumeTest, AMessageWithoutHeaders) {
  ASSERT_EQ(produce(*producer_, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(extract(*receive()), Context());
}

TEST_F(ConsumeTest, ProcessMakesTheMessagesContextCurrent) {
  send({{"traceparent", parent}, {"baggage", "c=3"}}, "order 1");
  const Message message = receive();
  const std::string handled = baton::kafka::process(*message, [](const rd_kafka_message_t& order) {
    EXPECT_EQ(baton::current(), extract(order));
    EXPECT_EQ(baton::current().span_context().span_id.to_string(), parent.substr(36, 16));
    return value_of(order);
  });
  EXPECT_EQ(handled, "order 1");
  EXPECT_EQ(baton::current(), Context());
}

TEST_F(ConsumeTest, ProcessStartsNothingIfNothingCame) {
  send({});
  const Message message = receive();
  const Context outer = context_of(parent);
  const baton::Scope scope(outer);
  EXPECT_EQ(baton::kafka::process(*message, [] { return baton::current(); }), Context());
}

/// The handler gets the message with any headers.
TEST_F(ConsumeTest, BadHeadersNeverKeepAMessageFromItsHandler) {
  std::string any;
  for (int byte = 1; byte < 256; ++byte) any += static_cast<char>(byte);
  Headers many;
  for (int i = 0; i < 10000; ++i) many.emplace_back("baggage", "k" + std::to_string(i) + "=v");
  const std::string megabyte(1 << 20, 'x');
  struct Case {
    Headers headers;
    std::size_t issues;
    bool has_baggage;
  };
  const std::vector<Case> cases = {
      {{{"traceparent", any}, {any, any}, {"", ""}}, 1, false},
      {many, 1, true},
      {{{"traceparent", megabyte}, {"baggage", "a=" + megabyte}}, 2, false},
      {{{"traceparent", std::nullopt}, {"baggage", std::nullopt}}, 0, false},
      {{{"traceparent", ""}, {"baggage", "\xff\xfe"}}, 2, false},
  };
  for (const Case& bad : cases) {
    send(bad.headers);
    const Message message = receive();
    ExtractReport report;
    int handled = 0;
    baton::kafka::process(*message,
                          [&] {
                            ++handled;
                            EXPECT_EQ(!baton::current().baggage().empty(), bad.has_baggage);
                          },
                          {.report = &report});
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(report.issue_count(), bad.issues);
  }
}

/// More than librdkafka itself reads.
TEST_F(ConsumeTest, UnreadableHeadersAreReported) {
  Headers too_many;
  for (int i = 0; i < 100001; ++i) too_many.emplace_back("h", "v");
  send(too_many);
  const Message message = receive();
  ExtractReport report;
  EXPECT_TRUE(baton::kafka::process(*message, [] { return true; }, {.report = &report}));
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].field, "headers");
  EXPECT_EQ(report.issues()[0].error.code, baton::ErrorCode::bad_value);
  EXPECT_EQ(report.issues()[0].error.offset, 0U);
  EXPECT_EQ(extract(*message), Context());
}

TEST_F(ConsumeTest, ABatchHasManyParents) {
  send({{"traceparent", parent}});
  send({{"traceparent", other_parent}});
  send({{"traceparent", "00-bad"}});
  send({{"traceparent", parent}});
  send({});
  const std::vector<Message> messages = reader_.next(5);
  ExtractReport report;
  const auto batch = baton::kafka::extract_batch(messages, {.report = &report});
  ASSERT_EQ(batch.contexts.size(), 5U);
  EXPECT_EQ(batch.contexts[3], batch.contexts[0]);
  EXPECT_EQ(batch.contexts[4], Context());
  ASSERT_EQ(batch.parents.size(), 2U);
  EXPECT_EQ(batch.parents[0], batch.contexts[0].span_context());
  EXPECT_EQ(batch.parents[1], batch.contexts[1].span_context());
  EXPECT_EQ(report.issue_count(), 1U);
}

TEST_F(ConsumeTest, ABatchsHandlerGetsEachContext) {
  send({{"traceparent", parent}}, "order 1");
  send({}, "order 2");
  const std::vector<Message> messages = reader_.next(2);
  std::map<std::string, Context> stored;
  const auto store = [&](const rd_kafka_message_t& order, const Context& context) {
    stored[value_of(order)] = context;
  };
  baton::kafka::process_batch(messages, [&](const baton::kafka::Batch& batch) {
    for (std::size_t i = 0; i < messages.size(); ++i) store(*messages[i], batch.contexts[i]);
  });
  EXPECT_EQ(stored["order 1"], extract(*messages[0]));
  EXPECT_EQ(stored["order 2"], Context());
}

TEST_F(ConsumeTest, SpansOfOneTraceAreDistinctParents) {
  std::vector<Context> contexts;
  const Context root = Context().child();
  for (int i = 0; i < 100; ++i) contexts.push_back(root.child());
  contexts.insert(contexts.end(), contexts.begin(), contexts.begin() + 50);
  const std::vector<baton::SpanContext> distinct = baton::kafka::distinct_parents(contexts);
  ASSERT_EQ(distinct.size(), 100U);
  for (std::size_t i = 0; i < distinct.size(); ++i) {
    EXPECT_EQ(distinct[i], contexts[i].span_context()) << "each at the place of its first message";
  }
}

TEST_F(ConsumeTest, TheCppInterface) {
  send({{"traceparent", parent}}, "order 1");
  std::string reason;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  conf->set("bootstrap.servers", cluster_.servers(), reason);
  conf->set("group.id", "cpp", reason);
  const std::unique_ptr<RdKafka::KafkaConsumer> consumer(
      RdKafka::KafkaConsumer::create(conf.get(), reason));
  ASSERT_NE(consumer, nullptr) << reason;
  const std::unique_ptr<RdKafka::TopicPartition> partition(
      RdKafka::TopicPartition::create("orders", 0, RdKafka::Topic::OFFSET_BEGINNING));
  consumer->assign({partition.get()});
  std::vector<std::unique_ptr<RdKafka::Message>> messages;
  messages.emplace_back(consumer->consume(10000));
  RdKafka::Message& message = *messages[0];
  ASSERT_EQ(message.err(), RdKafka::ERR_NO_ERROR);

  const Context before = extract(message);
  EXPECT_EQ(before.span_context().trace_id.to_string(), parent.substr(3, 32));
  ASSERT_NE(message.headers(), nullptr);  // takes them out of the C message
  EXPECT_EQ(extract(message), before);
  EXPECT_EQ(extract(*message.headers()), before);
  EXPECT_EQ(baton::kafka::extract_batch(messages).parents.size(), 1U);
  baton::kafka::process(message, [](RdKafka::Message& order) {
    EXPECT_EQ(order.len(), 7U);
    EXPECT_EQ(baton::current().span_context().trace_id.to_string(), parent.substr(3, 32));
  });
  baton::RecordingTracer tracer;
  baton::kafka::process(message, [] {}, {.tracer = &tracer});
  baton::kafka::process_batch(messages, [] {}, {.tracer = &tracer});
  ASSERT_EQ(tracer.ended().size(), 2U);
  for (const baton::RecordedSpan& span : tracer.ended()) {
    EXPECT_EQ(std::get<std::string>(span.attributes.at("messaging.destination.name")), "orders");
  }
  consumer->close();
}

}  // namespace
