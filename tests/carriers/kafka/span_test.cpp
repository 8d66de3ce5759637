// SPDX-License-Identifier: Apache-2.0
// The spans that a tracer makes of messages, at both ends: what they continue, and what they say.

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <stdexcept>

#include "baton/id_tracer.hpp"
#include "baton/testing/matchers.hpp"
#include "carriers/kafka/message_span.hpp"
#include "span_support.hpp"
#include "support/span_cases.hpp"

namespace {

using namespace kafka_test;
using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::Scope;
using baton::SpanKind;
using baton::kafka::Existing;
using baton::kafka::forward;
using baton::kafka::instrument;
using baton::kafka::process;
using baton::kafka::process_batch;
using baton::test::caller_cases;

using Attributes = std::map<std::string, RecordedSpan::Value, std::less<>>;

/// As another process reads it.
Context received(Context context) {
  if (context.span_context().is_valid()) {
    baton::SpanContext span = context.span_context();
    span.is_remote = true;
    context.set_span_context(span, context.sampling());
  }
  return context;
}

void expect_same(const Context& one, const Context& other) {
  EXPECT_EQ(received(one), received(other))
      << one.span_context().trace_id << ' ' << one.span_context().span_id << " is not "
      << other.span_context().trace_id << ' ' << other.span_context().span_id;
}

/// The span of a message that continues `parent`.
void expect_span_of(const RecordedSpan& span, const Context& parent) {
  expect_same(span.parent, parent);
  EXPECT_TRUE(baton::test::is_span_of(span.context, parent));
}

TEST_F(SpanTest, ProcessForwardsAnyContextWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    SCOPED_TRACE(name);
    const Message message = with(context);
    process(*message, [&context = context] { expect_same(baton::current(), context); },
            {.chain = everything(), .tracer = nullptr});
  }
}

TEST_F(SpanTest, ProcessStartsASpanForAnyContext) {
  for (const auto& [name, context] : caller_cases()) {
    SCOPED_TRACE(name);
    const Message message = with(context);
    Context current;
    process(*message, [&] { current = baton::current(); },
            {.chain = everything(), .tracer = &tracer_});
    const RecordedSpan span = only_span();
    expect_span_of(span, context);
    EXPECT_EQ(span.context, current);
    EXPECT_EQ(span.kind, SpanKind::consumer);
    EXPECT_EQ(span.name, "process orders");
    EXPECT_EQ(span.attributes, (Attributes{{"messaging.system", "kafka"},
                                           {"messaging.operation.name", "process"},
                                           {"messaging.operation.type", "process"},
                                           {"messaging.destination.name", "orders"},
                                           {"messaging.destination.partition.id", "0"},
                                           {"messaging.kafka.offset", message->offset}}));
  }
}

TEST_F(SpanTest, ProcessEndsWithTheHandlersException) {
  const Message message = with({});
  EXPECT_THROW(process(*message, [] { throw std::runtime_error("no stock"); },
                       {.tracer = &tracer_, .span_name = "ship"}),
               std::runtime_error);
  const RecordedSpan span = only_span();
  EXPECT_TRUE(span.is_error);
  EXPECT_EQ(span.name, "ship");
}

TEST(PlaceTest, WhatIsUnknownIsNoAttribute) {
  rd_kafka_message_t message{};
  message.partition = RD_KAFKA_PARTITION_UA;
  message.offset = RD_KAFKA_OFFSET_INVALID;
  baton::detail::Attributes attributes;
  baton::kafka::internal::Place(message).add_to(attributes);
  EXPECT_TRUE(attributes.all().empty());
}

rd_kafka_resp_err_t produce_with_key(rd_kafka_t& producer, std::string key) {
  return rd_kafka_producev(&producer, RD_KAFKA_VTYPE_TOPIC, "orders", RD_KAFKA_VTYPE_KEY,
                           key.data(), key.size(), RD_KAFKA_VTYPE_END);
}

TEST_F(SpanTest, AKeyIsShownIfItIsText) {
  const Client producer = traced();
  const auto key_of = [](const RecordedSpan& span) {
    const auto found = span.attributes.find("messaging.kafka.message.key");
    return found == span.attributes.end() ? "none" : std::get<std::string>(found->second);
  };
  const std::string longest(256, 'k');
  const std::pair<std::string, std::string> keys[] = {{"Amélie", "Amélie"},
                                                      {longest, longest},
                                                      {longest + "k", "none"},
                                                      {"\xff\xfe", "none"},
                                                      {std::string("a\0", 2), "none"},
                                                      {"a\n", "none"},
                                                      {"a\x1f", "none"},
                                                      {"a\x7f", "none"},
                                                      {"a ~", "a ~"},
                                                      {"\xc3", "none"},
                                                      {"", "none"}};
  for (const auto& [key, shown] : keys) {
    ASSERT_EQ(produce_with_key(*producer, key), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer);
    EXPECT_EQ(key_of(only_span()), shown) << key;
    const Message message = orders_.next();
    process(*message, [] {}, {.tracer = &tracer_});
    EXPECT_EQ(key_of(only_span()), shown) << key;
  }
}

TEST_F(SpanTest, AProducerForwardsAnyContextWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    SCOPED_TRACE(name);
    const Message message = with(context);
    expect_same(baton::kafka::extract(*message, {.chain = everything()}), context);
    EXPECT_EQ(headers_of(*message).empty(), context == Context());
  }
}

TEST_F(SpanTest, AProducerStartsASpanForEachMessage) {
  const Client producer = traced();
  for (const auto& [name, context] : caller_cases()) {
    SCOPED_TRACE(name);
    const Scope scope(context);
    baton::SpanId first;
    for (int i = 0; i < 2; ++i) {
      const Message message = sent(*producer, {{"a", "1"}});
      const RecordedSpan span = only_span();
      expect_span_of(span, context);
      expect_same(baton::kafka::extract(*message, {.chain = everything()}), span.context);
      EXPECT_EQ(span.kind, SpanKind::producer);
      EXPECT_EQ(span.name, "send orders");
      EXPECT_TRUE(span.links.empty());
      EXPECT_FALSE(span.is_error);
      EXPECT_EQ(span.attributes, (Attributes{{"messaging.system", "kafka"},
                                             {"messaging.operation.name", "send"},
                                             {"messaging.operation.type", "send"},
                                             {"messaging.destination.name", "orders"},
                                             {"messaging.destination.partition.id", "0"},
                                             {"messaging.kafka.offset", message->offset}}));
      EXPECT_NE(span.context.span_context().span_id, first);
      first = span.context.span_context().span_id;
    }
  }
}

TEST_F(SpanTest, AMessageThatCarriesAContextKeepsItAndGetsNoSpan) {
  const Client producer = traced();
  const Context context = context_of(parent);
  const Scope scope(context);
  for (const Headers& theirs :
       {Headers{{"traceparent", other_parent}}, Headers{{"x-b3-sampled", "0"}},
        Headers{{"x-amzn-trace-id", "Root=1-11111111-bd862e3fe1be46a994272793"}}}) {
    EXPECT_EQ(headers_of(*sent(*producer, theirs)), theirs);
  }
  EXPECT_EQ(tracer_.ended().size(), 0U);
}

/// A format of AWS Lambda, whose variable is not part of a message.
TEST_F(SpanTest, AVariableIsNoContextOfAMessage) {
  const Client producer = instrumented(
      {.chain = baton::make_chain("tracecontext,baggage,xray-lambda").chain, .tracer = &tracer_});
  ::setenv("_X_AMZN_TRACE_ID",
           "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", 1);
  const Message message = sent(*producer, {{"baggage", "order=2"}});
  for (const std::string more : {"", ";Parent=53995c3f42cd8ad8"}) {
    const Headers theirs = {{"x-amzn-trace-id", "Root=1-11111111-bd862e3fe1be46a994272793" + more}};
    EXPECT_EQ(headers_of(*sent(*producer, theirs)), theirs);
  }
  ::unsetenv("_X_AMZN_TRACE_ID");
  const RecordedSpan span = only_span();
  EXPECT_FALSE(span.parent.trace_id().is_valid());
  EXPECT_EQ(span.context.baggage().header(), "order=2");
  expect_same(baton::kafka::extract(*message), span.context);
}

constexpr std::string_view elsewhere_fields[] = {"x-elsewhere"};
constexpr baton::FormatTraits elsewhere = {.name = "elsewhere",
                                           .specification = "",
                                           .fields = elsewhere_fields,
                                           .says = {.ids = true},
                                           .reads_elsewhere = true};

/// Finds a span, whatever the carrier has.
class ElsewherePropagator final : public baton::Propagator {
 public:
  ElsewherePropagator() noexcept : Propagator(elsewhere) {}
  baton::Extracted extract(baton::CarrierReader, Context& context,
                           baton::ExtractReport*) const override {
    context.set_span_context(context_of(other_parent).span_context());
    return baton::Extracted::span_context;
  }
  void inject(const Context&, baton::CarrierWriter) const override {}
};

TEST_F(SpanTest, AFormatThatReadsElsewhereIsAskedIfAMessageHasAFieldOfIt) {
  const Client producer =
      instrumented({.chain = baton::PropagatorChain({std::make_shared<ElsewherePropagator>(),
                                                     std::make_shared<baton::BaggagePropagator>()}),
                    .tracer = &tracer_});
  sent(*producer, {{"X-Elsewhere", "1"}, {"baggage", "order=1"}});
  EXPECT_EQ(tracer_.ended().size(), 0U);
  sent(*producer, {{"baggage", "order=2"}});
  EXPECT_EQ(only_span().context.baggage().header(), "order=2");
}

TEST_F(SpanTest, AContextThatIsReplacedIsReplacedByTheSpans) {
  const Client producer =
      instrumented({.existing = Existing::replace, .chain = everything(), .tracer = &tracer_});
  const Message message = sent(*producer, {{"traceparent", other_parent}});
  const RecordedSpan span = only_span();
  EXPECT_EQ(span.parent, Context());
  expect_same(baton::kafka::extract(*message), span.context);
}

TEST_F(SpanTest, BaggageOfAMessageIsTheSpansToo) {
  const Client producer = traced();
  const Context context = context_of(parent, "user=1");
  const Scope scope(context);
  const Message message = sent(*producer, {{"baggage", "order=2"}});
  EXPECT_EQ(only_span().context.baggage().header(), "user=1,order=2");
  EXPECT_EQ(baton::kafka::extract(*message).baggage().header(), "user=1,order=2");
}

TEST_F(SpanTest, TheContextFunctionGivesTheParent) {
  const Client producer =
      instrumented({.context = [] { return context_of(other_parent); }, .tracer = &tracer_});
  const Message message = sent(*producer);
  const RecordedSpan span = only_span();
  EXPECT_EQ(span.parent, context_of(other_parent));
  expect_same(baton::kafka::extract(*message), span.context);
}

TEST_F(SpanTest, ASpanNeedsNoFormats) {
  const Client producer = instrumented({.chain = baton::PropagatorChain(), .tracer = &tracer_});
  EXPECT_EQ(headers_of(*sent(*producer)), Headers{});
  EXPECT_EQ(only_span().name, "send orders");
}

TEST_F(SpanTest, TheGlobalTracerIsLookedUpForEachMessage) {
  const Client producer = instrumented({});
  const auto tracer = std::make_shared<RecordingTracer>();
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(headers_of(*sent(*producer)), (Headers{{"traceparent", parent}}));
  baton::set_global_tracer(tracer);
  EXPECT_NE(headers_of(*sent(*producer)), (Headers{{"traceparent", parent}}));
  EXPECT_EQ(produce(*producer, "v"), RD_KAFKA_RESP_ERR_NO_ERROR);
  baton::set_global_tracer(nullptr);  // its message is on its way
  flush(*producer);
  EXPECT_NE(headers_of(*orders_.next()), (Headers{{"traceparent", parent}}));
  EXPECT_EQ(headers_of(*sent(*producer)), (Headers{{"traceparent", parent}}));
  EXPECT_EQ(tracer->ended().size(), 2U);
  EXPECT_EQ(tracer->open(), 0U);
}

TEST_F(SpanTest, ForwardSendsAnyContextWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    SCOPED_TRACE(name);
    const Message order = with(context);
    for (const bool is_processed : {false, true}) {
      const auto send_on = [&] {
        EXPECT_EQ(forward(*plain_, "checked", *order, {.chain = everything(), .tracer = nullptr}),
                  RD_KAFKA_RESP_ERR_NO_ERROR);
      };
      if (is_processed) {
        process(*order, send_on, {.chain = everything(), .tracer = nullptr});
      } else {
        send_on();
      }
      flush(*plain_);
      const Message checked = checked_.next();
      expect_same(baton::kafka::extract(*checked, {.chain = everything()}), context);
    }
  }
}

/// Instrumented or not, with a tracer of its own or without one.
TEST_F(SpanTest, ForwardStartsOneSpanForAnyContext) {
  const Client bare = make_client(RD_KAFKA_PRODUCER, cluster_.producer_conf());
  const Client instrumented_too = traced();
  const Client replacing =
      instrumented({.existing = Existing::replace, .chain = everything(), .tracer = &tracer_});
  for (const auto& [name, context] : caller_cases()) {
    SCOPED_TRACE(name);
    const Message order = with(context);
    for (rd_kafka_t* const producer :
         {bare.get(), plain_.get(), instrumented_too.get(), replacing.get()}) {
      EXPECT_EQ(forward(*producer, "checked", *order, {.chain = everything(), .tracer = &tracer_}),
                RD_KAFKA_RESP_ERR_NO_ERROR);
      flush(*producer);
      const Message checked = checked_.next();
      const RecordedSpan span = only_span();
      expect_span_of(span, context);
      expect_same(baton::kafka::extract(*checked, {.chain = everything()}), span.context);
      EXPECT_EQ(span.kind, SpanKind::producer);
      EXPECT_EQ(span.name, "send checked");
      EXPECT_EQ(span.attributes.at("messaging.destination.name"), RecordedSpan::Value("checked"));
      EXPECT_EQ(span.attributes.contains("messaging.kafka.offset"), producer != bare.get())
          << "that the delivery report knows";
    }
  }
}

TEST_F(SpanTest, ForwardInProcessIsAChildOfItsSpan) {
  const Client producer = traced();
  const Message order = with(context_of(parent));
  process(*order,
          [&] {
            EXPECT_EQ(forward(*producer, "checked", *order, {.tracer = &tracer_}),
                      RD_KAFKA_RESP_ERR_NO_ERROR);
          },
          {.tracer = &tracer_});
  flush(*producer);
  checked_.next();
  EXPECT_THAT(tracer_, baton::testing::AllEnded());
  EXPECT_THAT(tracer_, baton::testing::IsOneTree());
  const baton::testing::Spans spans(tracer_);
  ASSERT_EQ(spans.all().size(), 2U) << spans.drawn();
  expect_same(spans.roots().at(0)->parent, context_of(parent));
  EXPECT_EQ(spans.path_to(spans.of_kind(SpanKind::producer).at(0)),
            "process orders > send checked");
}

/// An interceptor of another producer, which produces itself, takes no other's span.
TEST_F(SpanTest, ForwardKeepsItsSpanFromOtherProducers) {
  const Client auditor = traced();
  rd_kafka_conf_t* const conf = cluster_.producer_conf();
  add_audit(*conf, *auditor);
  instrument(*conf, {.chain = everything(), .tracer = &tracer_});
  const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
  const Message order = with(context_of(parent));
  EXPECT_EQ(forward(*producer, "checked", *order, {.tracer = &tracer_}),
            RD_KAFKA_RESP_ERR_NO_ERROR);
  flush(*producer);
  flush(*auditor);
  const Message checked = checked_.next();
  EXPECT_EQ(tracer_.open(), 0U);
  ASSERT_EQ(tracer_.ended().size(), 2U);
  for (const RecordedSpan& span : tracer_.ended()) {
    if (span.name == "send checked") {
      expect_same(baton::kafka::extract(*checked), span.context);
      expect_same(span.parent, context_of(parent));
    } else {
      EXPECT_EQ(span.parent, Context());
    }
  }
}

TEST_F(SpanTest, ABatchHasALinkToEachParent) {
  std::vector<Message> messages;
  messages.push_back(with(context_of(parent)));
  messages.push_back(with(context_of(other_parent)));
  messages.push_back(with(context_of(parent)));
  messages.push_back(with(caller_cases()[2].context));
  messages.push_back(with({}));
  const Context outer = context_of(parent);
  const Scope scope(outer);
  Context current;
  const std::size_t count = process_batch(messages,
                                          [&](const baton::kafka::Batch& batch) {
                                            current = baton::current();
                                            return batch.contexts.size();
                                          },
                                          {.chain = everything(), .tracer = &tracer_});
  EXPECT_EQ(count, 5U);
  const RecordedSpan span = only_span();
  EXPECT_EQ(span.context, current);
  EXPECT_EQ(span.parent, Context()) << "it is a trace of its own";
  ASSERT_EQ(span.links.size(), 2U);
  EXPECT_EQ(span.links[0], received(context_of(parent)).span_context());
  EXPECT_EQ(span.links[1], received(context_of(other_parent)).span_context());
  EXPECT_EQ(span.kind, SpanKind::consumer);
  EXPECT_EQ(span.name, "process orders");
  EXPECT_EQ(span.attributes, (Attributes{{"messaging.system", "kafka"},
                                         {"messaging.operation.name", "process"},
                                         {"messaging.operation.type", "process"},
                                         {"messaging.destination.name", "orders"},
                                         {"messaging.batch.message_count", 5}}));
}

TEST_F(SpanTest, InABatchNothingIsCurrentWithoutATracer) {
  std::vector<Message> messages;
  messages.push_back(with(context_of(parent)));
  const Context outer = context_of(other_parent);
  const Scope scope(outer);
  EXPECT_EQ(process_batch(messages, [] { return baton::current(); }, {.tracer = nullptr}),
            Context());
}

TEST_F(SpanTest, ABatchOfSeveralTopicsNamesNone) {
  std::vector<Message> messages;
  messages.push_back(with({}));
  EXPECT_EQ(produce(*plain_, "v", nullptr, "checked"), RD_KAFKA_RESP_ERR_NO_ERROR);
  flush(*plain_);
  messages.push_back(checked_.next());
  messages.push_back(with({}));
  EXPECT_THROW(
      process_batch(messages, [] { throw std::runtime_error("no stock"); }, {.tracer = &tracer_}),
      std::runtime_error);
  const RecordedSpan span = only_span();
  EXPECT_TRUE(span.is_error);
  EXPECT_EQ(span.name, "process");
  EXPECT_FALSE(span.attributes.contains("messaging.destination.name"));
}

TEST_F(SpanTest, IdsWithoutARecordAreSpansToo) {
  baton::IdTracer tracer;
  const Client producer = instrumented({.tracer = &tracer});
  const Context context = context_of(parent);
  const Scope scope(context);
  std::set<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    const Context found = baton::kafka::extract(*sent(*producer));
    EXPECT_EQ(found.trace_id(), context.trace_id());
    ids.insert(found.span_context().span_id.to_string());
  }
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_FALSE(ids.contains(context.span_context().span_id.to_string()));
}

}  // namespace
