// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/produce.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "support.hpp"

namespace {

using namespace kafka_test;
using baton::Context;
using baton::Scope;
using baton::kafka::Existing;
using baton::kafka::instrument;
using baton::kafka::InstrumentOptions;

class ProduceTest : public SendingTest {
 protected:
  Client instrumented(InstrumentOptions options = {}, const Settings& more = {}) const {
    rd_kafka_conf_t* const conf = cluster_.producer_conf(more);
    EXPECT_EQ(instrument(*conf, std::move(options)), RD_KAFKA_RESP_ERR_NO_ERROR);
    return make_client(RD_KAFKA_PRODUCER, conf);
  }
};

TEST_F(ProduceTest, EveryMessageCarriesTheCurrentContext) {
  const Client producer = instrumented();
  const Context first = context_of(parent, "user=1");
  const Context second = context_of(other_parent);
  {
    const Scope scope(first);
    EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}, {"baggage", "user=1"}}));
    const Scope inner(second);
    EXPECT_EQ(sent(*producer), (Headers{{"traceparent", other_parent}}));
  }
  EXPECT_EQ(sent(*producer), Headers{});
}

TEST_F(ProduceTest, HeadersOfTheApplicationStay) {
  const Client producer = instrumented();
  const Context context = context_of(parent);
  const Scope scope(context);
  const Headers theirs = {{"a", "1"}, {"n", std::nullopt}, {"a", std::string("\0\xff", 2)}};
  Headers expected = theirs;
  expected.emplace_back("traceparent", parent);
  EXPECT_EQ(sent(*producer, make_headers(theirs)), expected);
}

TEST_F(ProduceTest, AMessageWithAContextKeepsIt) {
  const Client producer = instrumented();
  const Context context = context_of(parent, "user=1");
  const Scope scope(context);
  for (const Headers& theirs :
       {Headers{{"traceparent", other_parent}}, Headers{{"TraceParent", other_parent}},
        Headers{{"traceparent", other_parent}, {"tracestate", "a=1"}, {"baggage", "b=2"}}}) {
    EXPECT_EQ(sent(*producer, make_headers(theirs)), theirs);
  }
}

TEST_F(ProduceTest, AMessageIsLeftAloneIfThereIsNothingToSend) {
  for (const Existing existing : {Existing::keep, Existing::replace}) {
    const Client producer = instrumented({.existing = existing});
    for (const Headers& theirs :
         {Headers{{"Traceparent", "00-bad"}}, Headers{{"baggage", " order = 2 "}, {"a", "1"}}}) {
      EXPECT_EQ(sent(*producer, make_headers(theirs)), theirs);
    }
  }
}

TEST_F(ProduceTest, ABadContextIsReplaced) {
  const Client producer = instrumented();
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(sent(*producer, make_headers({{"traceparent", "00-bad"}, {"tracestate", "a=1"}})),
            (Headers{{"traceparent", parent}}));
}

TEST_F(ProduceTest, BaggageAloneStaysAndGetsTheTrace) {
  const Client producer = instrumented();
  const Context context = context_of(parent, "user=1");
  const Scope scope(context);
  EXPECT_EQ(sent(*producer, make_headers({{"baggage", "order=2"}})),
            (Headers{{"traceparent", parent}, {"baggage", "user=1,order=2"}}));
}

TEST_F(ProduceTest, ADecisionAloneIsAContextOfItsOwn) {
  const Client producer =
      instrumented({.chain = baton::make_chain("tracecontext,baggage,b3,b3multi").chain});
  const Context context = context_of(parent, "user=1");
  const Scope scope(context);
  for (const Headers& theirs : {Headers{{"b3", "0"}}, Headers{{"X-B3-Sampled", "0"}},
                                Headers{{"baggage", "order=2"}, {"b3", "d"}}}) {
    EXPECT_EQ(sent(*producer, make_headers(theirs)), theirs);
  }
}

/// A foreign propagator, with names that librdkafka would accept as they are.
constexpr std::string_view careless_fields[] = {"x-first-of-all", "x-empty", "x"};
constexpr baton::FormatTraits careless = {
    .name = "careless", .specification = "", .fields = careless_fields};

class CarelessPropagator final : public baton::Propagator {
 public:
  CarelessPropagator() noexcept : Propagator(careless) {}
  baton::Extracted extract(baton::CarrierReader, Context&, baton::ExtractReport*) const override {
    return baton::Extracted::nothing;
  }
  void inject(const Context&, baton::CarrierWriter carrier) const override {
    carrier.set("X-First-Of-All", "1");
    carrier.set(std::string_view("x-with\0nul", 10), "2");
    carrier.set("x-emptY", "");
    carrier.set("X", "3");
    carrier.set("x-first-of-alL", "4");
    carrier.set("Other", "5");  // not one of the fields
    carrier.erase("x");
  }
};

TEST_F(ProduceTest, NamesAreWrittenInLowercaseWhoeverSetsThem) {
  const Client producer =
      instrumented({.chain = baton::PropagatorChain({std::make_shared<CarelessPropagator>()})});
  const Context context = context_of(parent);
  const Scope scope(context);
  Headers expected = {{"x-empty", ""}, {"x-first-of-all", "4"}, {"other", "5"}};
  EXPECT_EQ(sent(*producer), expected);
  expected.insert(expected.begin(), {"a", "1"});
  EXPECT_EQ(sent(*producer, make_headers({{"OTHER", "old"}, {"a", "1"}, {"X-Empty", "old"}})),
            expected);
}

TEST_F(ProduceTest, AMessagesContextIsReadOnce) {
  const auto counting = std::make_shared<CountingPropagator>();
  const auto baggage = std::make_shared<baton::BaggagePropagator>();
  const Client producer = instrumented({.chain = baton::PropagatorChain({counting, baggage})});
  const Context context = context_of(parent);
  const Scope scope(context);
  for (const Headers& theirs :
       {Headers{{"traceparent", other_parent}, {"baggage", "b=2"}}, Headers{{"baggage", "b=2"}}}) {
    counting->reads = 0;
    sent(*producer, make_headers(theirs));
    EXPECT_EQ(counting->reads, 1);
  }
}

TEST_F(ProduceTest, ReplacesWhenToldTo) {
  const Client producer = instrumented({.existing = Existing::replace});
  const Headers theirs = {{"Traceparent", other_parent}, {"a", "1"}, {"baggage", "old=1"}};
  EXPECT_EQ(sent(*producer, make_headers(theirs)), theirs) << "there is no current context";
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(sent(*producer, make_headers(theirs)), (Headers{{"a", "1"}, {"traceparent", parent}}));
}

TEST_F(ProduceTest, WritesWithTheChainItIsGiven) {
  const Client producer =
      instrumented({.chain = baton::make_chain({"tracecontext", "b3", {}, {}}).chain});
  const Context context = context_of(parent);
  const Scope scope(context);
  const std::string b3 = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1";
  EXPECT_EQ(sent(*producer), (Headers{{"b3", b3}}));
  // The chain recognizes what it writes, though it does not read it.
  const std::string theirs = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1";
  EXPECT_EQ(sent(*producer, make_headers({{"b3", theirs}})), (Headers{{"b3", theirs}}));
}

TEST_F(ProduceTest, ATraceIdAloneIsAContext) {
  const Client producer = instrumented({.chain = baton::make_chain("xray").chain});
  Context context;
  context.set_trace_id(baton::TraceId(0x5759e988bd862e3f, 0xe1be46a994272793),
                       baton::Sampling::defer);
  const Scope scope(context);
  const Headers root = {{"x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"}};
  EXPECT_EQ(sent(*producer), root);
  const Headers theirs = {{"x-amzn-trace-id", "Root=1-11111111-bd862e3fe1be46a994272793"}};
  EXPECT_EQ(sent(*producer, make_headers(theirs)), theirs);
}

TEST_F(ProduceTest, AsksWhoKnowsTheContext) {
  const Client producer = instrumented({.context = [] { return context_of(other_parent); }});
  EXPECT_EQ(sent(*producer), (Headers{{"traceparent", other_parent}}));
}

TEST_F(ProduceTest, AContextThatCannotBeGivenCostsTheContextAlone) {
  const Client producer =
      instrumented({.context = []() -> Context { throw std::runtime_error("none"); }});
  EXPECT_EQ(sent(*producer), Headers{});
}

TEST_F(ProduceTest, InstrumentsOnce) {
  rd_kafka_conf_t* const conf = cluster_.producer_conf();
  EXPECT_EQ(instrument(*conf), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_EQ(instrument(*conf), RD_KAFKA_RESP_ERR__CONFLICT);
  const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}}));
}

TEST_F(ProduceTest, CopiesOfAConfigurationAreInstrumented) {
  rd_kafka_conf_t* const first = cluster_.producer_conf();
  instrument(*first);
  rd_kafka_conf_t* const second = rd_kafka_conf_dup(first);
  rd_kafka_conf_t* const third = rd_kafka_conf_dup(second);
  rd_kafka_conf_destroy(first);
  const Client one = make_client(RD_KAFKA_PRODUCER, second);
  const Client other = make_client(RD_KAFKA_PRODUCER, third);
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(sent(*one), (Headers{{"traceparent", parent}}));
  EXPECT_EQ(sent(*other), (Headers{{"traceparent", parent}}));
}

TEST_F(ProduceTest, ConsumersAreLeftAlone) {
  rd_kafka_conf_t* const conf = cluster_.producer_conf({{"group.id", "g"}});
  instrument(*conf);
  EXPECT_NE(make_client(RD_KAFKA_CONSUMER, conf), nullptr);
}

TEST_F(ProduceTest, OldAndBatchInterfacesToo) {
  const Client producer = instrumented();
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(producer.get(), "orders", nullptr);
  const Context context = context_of(parent);
  const Scope scope(context);
  std::string value = "v";
  rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0, nullptr);
  rd_kafka_message_t messages[3]{};
  for (rd_kafka_message_t& message : messages) {
    message.payload = value.data();
    message.len = value.size();
  }
  EXPECT_EQ(rd_kafka_produce_batch(topic, 0, RD_KAFKA_MSG_F_COPY, messages, 3), 3);
  flush(*producer);
  rd_kafka_topic_destroy(topic);
  Reader reader(cluster_);
  for (const Message& message : reader.next(4)) {
    EXPECT_EQ(headers_of(*message), (Headers{{"traceparent", parent}}));
  }
}

TEST_F(ProduceTest, RetriesNeverDouble) {
  for (const char* idempotent : {"false", "true"}) {
    const Client producer = instrumented({}, {{"enable.idempotence", idempotent}});
    rd_kafka_mock_push_request_errors(
        cluster_.get(), 0, 6, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    const Context context = context_of(parent, "user=1");
    const Scope scope(context);
    EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}, {"baggage", "user=1"}}));
  }
}

TEST_F(ProduceTest, ABrokerThatGoesAndComesBack) {
  const Client producer = instrumented();
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}}));
  rd_kafka_mock_broker_set_down(cluster_.get(), 1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_NE(rd_kafka_flush(producer.get(), 200), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_mock_broker_set_up(cluster_.get(), 1);
  flush(*producer);
  for (const Message& message : reader_->next(10)) {
    EXPECT_EQ(headers_of(*message), (Headers{{"traceparent", parent}}));
  }
}

TEST_F(ProduceTest, ASlowBroker) {
  rd_kafka_mock_broker_set_rtt(cluster_.get(), 1, 300);
  const Client producer = instrumented();
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}}));
}

/// What an application does with a message that was not delivered: it produces it again.
TEST_F(ProduceTest, AResendKeepsItsFirstContext) {
  static HeadersPointer failed;
  rd_kafka_conf_t* const conf = cluster_.producer_conf({{"retries", "0"}});
  rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* report, void*) {
    if (report->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
    rd_kafka_headers_t* headers = nullptr;
    rd_kafka_message_headers(report, &headers);
    failed.reset(rd_kafka_headers_copy(headers));
  });
  instrument(*conf);
  const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
  rd_kafka_mock_push_request_errors(cluster_.get(), 0, 1, RD_KAFKA_RESP_ERR_INVALID_MSG);
  {
    const Context context = context_of(parent);
    const Scope scope(context);
    produce(*producer, "v");
    flush(*producer);
  }
  ASSERT_NE(failed, nullptr);
  const Context later = context_of(other_parent);
  const Scope scope(later);
  EXPECT_EQ(sent(*producer, std::move(failed)), (Headers{{"traceparent", parent}}));
}

TEST_F(ProduceTest, ManyThreadsEachWithItsContext) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t messages = 200;
  const Client producer = instrumented();
  std::vector<std::thread> workers;
  for (std::size_t thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&producer] {
      for (std::size_t i = 0; i < messages; ++i) {
        const Context context = Context().child();
        const Scope scope(context);
        EXPECT_EQ(produce(*producer, context.span_context().trace_id.to_string()),
                  RD_KAFKA_RESP_ERR_NO_ERROR);
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  flush(*producer);
  std::set<std::string> traces;
  Reader reader(cluster_);
  for (const Message& message : reader.next(threads * messages)) {
    const std::string trace = baton::kafka::extract(*message).span_context().trace_id.to_string();
    EXPECT_EQ(trace, value_of(*message));
    traces.insert(trace);
  }
  EXPECT_EQ(traces.size(), threads * messages);
}

TEST_F(ProduceTest, TheCppInterface) {
  std::string reason;
  const std::unique_ptr<RdKafka::Conf> conf(RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL));
  conf->set("bootstrap.servers", cluster_.servers(), reason);
  EXPECT_EQ(instrument(*conf), RdKafka::ERR_NO_ERROR);
  const std::unique_ptr<RdKafka::Producer> producer(RdKafka::Producer::create(conf.get(), reason));
  ASSERT_NE(producer, nullptr) << reason;
  const Context context = context_of(parent);
  const Scope scope(context);
  std::string value = "v";
  producer->produce("orders", 0, RdKafka::Producer::RK_MSG_COPY, value.data(), value.size(), "", 0,
                    0, nullptr);
  const std::unique_ptr<RdKafka::Conf> topic(RdKafka::Conf::create(RdKafka::Conf::CONF_TOPIC));
  EXPECT_EQ(instrument(*topic), RdKafka::ERR__INVALID_ARG);
  producer->flush(20000);
  EXPECT_EQ(headers_of(*Reader(cluster_).next()), (Headers{{"traceparent", parent}}));
}

TEST(InjectTest, IntoHeadersOfTheApplication) {
  const Context context = context_of(parent, "user=1");
  const HeadersPointer list = make_headers({{"a", "1"}, {"traceparent", other_parent}});
  baton::kafka::inject(*list, context);
  EXPECT_EQ(to_headers(list.get()),
            (Headers{{"a", "1"}, {"traceparent", parent}, {"baggage", "user=1"}}));
  baton::kafka::inject(*list, Context());
  EXPECT_EQ(to_headers(list.get()), (Headers{{"a", "1"}}));

  const std::unique_ptr<RdKafka::Headers> cpp(RdKafka::Headers::create());
  const Scope scope(context);
  baton::kafka::inject(*cpp);
  EXPECT_EQ(baton::kafka::extract(*cpp).span_context().span_id, context.span_context().span_id);
  EXPECT_EQ(cpp->size(), 2U);
}

TEST(InjectTest, FamiliesOfBaggageAreWrittenAnewToo) {
  const auto chain = baton::make_chain("jaeger").chain;
  const Context context = context_of(parent, "user=1");
  const HeadersPointer list = make_headers({{"Uberctx-Old", "1"}, {"a", "1"}});
  const std::unique_ptr<RdKafka::Headers> cpp(RdKafka::Headers::create());
  cpp->add("Uberctx-Old", "1");
  cpp->add("a", "1");
  baton::kafka::inject(*list, context, {.chain = chain});
  baton::kafka::inject(*cpp, context, {.chain = chain});
  const std::string id = "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1";
  const Headers expected = {{"a", "1"}, {"uber-trace-id", id}, {"uberctx-user", "1"}};
  EXPECT_EQ(to_headers(list.get()), expected);
  Headers left;
  for (const RdKafka::Headers::Header& header : cpp->get_all()) {
    left.emplace_back(header.key(), header.value_string());
  }
  EXPECT_EQ(left, expected);
}

}  // namespace
