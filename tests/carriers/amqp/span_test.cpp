// SPDX-License-Identifier: Apache-2.0
// Both ends of AMQP, forwarding and with a tracer, for all that may be known of a caller.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <variant>

#include "baton/carriers/amqp.hpp"
#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "support/amqp_connection.hpp"
#include "support/span_cases.hpp"

namespace {

using Attributes = std::map<std::string, baton::RecordedSpan::Value, std::less<>>;

using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::SpanKind;
using baton::test::caller_cases;
using baton::test::is_restart_of;
using baton::test::is_span_of;

// Only B3 carries a decision alone, and only X-Ray a trace id alone.
const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3,xray-lambda").chain;

/// A received message that carries a context.
class Received {
 public:
  explicit Received(const Context& context) {
    baton::amqp::inject(envelope_.message.properties, pool_, context, {.chain = chain});
    envelope_.exchange = amqp_cstring_bytes("orders");
    envelope_.routing_key = amqp_cstring_bytes("new");
  }
  [[nodiscard]] const amqp_envelope_t& envelope() const { return envelope_; }
  [[nodiscard]] Context caller() const { return baton::amqp::extract(envelope_, {.chain = chain}); }

 private:
  baton::amqp::Pool pool_;
  amqp_envelope_t envelope_{};
};

TEST(AmqpSpan, ProcessForwardsWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    const Received received(context);
    const Context seen = baton::amqp::process(received.envelope(), [] { return baton::current(); },
                                              {.chain = chain});
    EXPECT_EQ(seen, received.caller()) << name;
  }
}

TEST(AmqpSpan, ProcessStartsOneWithATracer) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const Received received(context);
    const Context seen = baton::amqp::process(received.envelope(), [] { return baton::current(); },
                                              {.chain = chain, .tracer = &tracer});
    EXPECT_TRUE(is_span_of(seen, received.caller())) << name;
    EXPECT_EQ(tracer.ended().back().context, seen) << name;
  }
  const RecordedSpan span = tracer.ended().at(0);
  EXPECT_EQ(span.kind, SpanKind::consumer);
  EXPECT_EQ(span.name, "process orders");
  EXPECT_EQ(span.attributes, (Attributes{{"messaging.system", "rabbitmq"},
                                         {"messaging.operation.name", "process"},
                                         {"messaging.operation.type", "process"},
                                         {"messaging.destination.name", "orders"},
                                         {"messaging.rabbitmq.destination.routing_key", "new"}}));
  baton::amqp::process(amqp_message_t{}, [] {}, {.chain = chain, .tracer = &tracer});
  EXPECT_EQ(tracer.ended().back().name, "process");
  EXPECT_FALSE(tracer.ended().back().attributes.contains("messaging.destination.name"));

  const Received received({});
  EXPECT_THROW(baton::amqp::process(received.envelope(), [] { throw std::runtime_error("no"); },
                                    {.chain = chain, .tracer = &tracer}),
               std::runtime_error);
  EXPECT_TRUE(tracer.ended().back().is_error);
  EXPECT_EQ(tracer.ended().size(), 6U);
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(AmqpSpan, LinksToACallerThatIsNotTrusted) {
  RecordingTracer tracer;
  const baton::PropagatorChain edge = chain.with_trust({.callers = baton::CallerTrust::restart});
  const Received received(caller_cases()[0].context);
  const auto see = [] { return baton::current(); };
  const Context seen =
      baton::amqp::process(received.envelope(), see, {.chain = edge, .tracer = &tracer});
  EXPECT_TRUE(is_restart_of(tracer.ended().at(0), seen, received.caller()));
  EXPECT_EQ(baton::amqp::process(received.envelope(), see, {.chain = edge}), Context());
}

/// A connection to this process.
class Connection : public baton::test::AmqpConnection {
 public:
  int publish(const baton::amqp::PublishOptions& options, const char* exchange = "orders") {
    return baton::amqp::publish(get(), 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes("new"),
                                amqp_basic_properties_t{}, amqp_cstring_bytes("7"), options);
  }
};

TEST(AmqpSpan, PublishCarriesTheCurrentContextOrOneOfItsOwn) {
  RecordingTracer tracer;
  Connection connection;
  const Context context = caller_cases()[0].context;
  const baton::Scope scope(context);
  EXPECT_EQ(connection.publish({.chain = chain}), AMQP_STATUS_OK);
  const std::string forwarded = connection.receive();
  EXPECT_NE(forwarded.find(context.span_context().span_id.to_string()), std::string::npos);
  EXPECT_NE(forwarded.find("tenant=acme"), std::string::npos);

  std::set<baton::SpanId> seen;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(connection.publish({.chain = chain, .tracer = &tracer}), AMQP_STATUS_OK);
    const RecordedSpan span = tracer.ended().back();
    const baton::SpanId id = span.context.span_context().span_id;
    EXPECT_TRUE(is_span_of(span.context, context));
    EXPECT_EQ(span.kind, SpanKind::producer);
    EXPECT_EQ(span.name, "publish orders");
    EXPECT_EQ(span.attributes, (Attributes{{"messaging.system", "rabbitmq"},
                                           {"messaging.operation.name", "publish"},
                                           {"messaging.operation.type", "send"},
                                           {"messaging.destination.name", "orders"},
                                           {"messaging.rabbitmq.destination.routing_key", "new"}}));
    EXPECT_FALSE(span.is_error);
    EXPECT_NE(connection.receive().find(id.to_string()), std::string::npos);
    EXPECT_TRUE(seen.insert(id).second);
  }
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(AmqpSpan, PublishOfNothingSendsNothing) {
  Connection connection;
  EXPECT_EQ(connection.publish({.chain = chain}), AMQP_STATUS_OK);
  const std::string sent = connection.receive();
  EXPECT_EQ(sent.find("traceparent"), std::string::npos);
  EXPECT_EQ(sent.find("b3"), std::string::npos);
}

TEST(AmqpSpan, PublishSendsWhereToAndWhetherItIsMandatory) {
  // Basic.Publish: a reserved number, exchange and routing key, and the bits of the options.
  const std::string method = std::string("\0\0", 2) + baton::test::short_string("orders") +
                             baton::test::short_string("new");
  Connection connection;
  for (const bool mandatory : {false, true}) {
    EXPECT_EQ(connection.publish({.chain = chain, .mandatory = mandatory}), AMQP_STATUS_OK);
    const std::string sent = connection.receive();
    const std::size_t found = sent.find(method);
    ASSERT_NE(found, std::string::npos);
    EXPECT_EQ(sent[found + method.size()], mandatory ? 1 : 0);
  }
}

TEST(AmqpSpan, TheDestinationIsTheExchangeOrTheRoutingKey) {
  Connection connection;
  const Context context = caller_cases()[0].context;
  const baton::Scope scope(context);
  const auto carries = [&](const char* refused, const char* exchange,
                           std::string_view destination) {
    const baton::PropagatorChain guarded = chain.with_trust({.destinations = {{refused}}});
    EXPECT_EQ(connection.publish({.chain = guarded, .destination = destination}, exchange),
              AMQP_STATUS_OK);
    return connection.receive().find("traceparent") != std::string::npos;
  };
  EXPECT_FALSE(carries("orders", "orders", ""));
  EXPECT_TRUE(carries("new", "orders", ""));
  EXPECT_FALSE(carries("new", "", ""));
  EXPECT_FALSE(carries("partner", "orders", "partner"));
  EXPECT_TRUE(carries("orders", "orders", "partner"));
}

TEST(AmqpSpan, IsNamedAfterTheExchangeOrTheQueue) {
  RecordingTracer tracer;
  const auto named = [&](const char* exchange, const char* routing_key) {
    amqp_envelope_t envelope{};
    envelope.exchange = amqp_cstring_bytes(exchange);
    envelope.routing_key = amqp_cstring_bytes(routing_key);
    baton::amqp::process(envelope, [] {}, {.chain = chain, .tracer = &tracer});
    const RecordedSpan span = tracer.ended().back();
    const auto destination = span.attributes.find("messaging.destination.name");
    EXPECT_EQ("process " + std::get<std::string>(destination->second), span.name);
    return span.name;
  };
  EXPECT_EQ(named("orders", "new"), "process orders");
  EXPECT_EQ(named("", "queue"), "process queue");
  EXPECT_EQ(named("", ""), "process amq.default");

  Connection connection;
  EXPECT_EQ(connection.publish({.chain = chain, .tracer = &tracer}, ""), AMQP_STATUS_OK);
  EXPECT_EQ(tracer.ended().back().name, "publish new");
}

TEST(AmqpSpan, PublishEndsItWithTheErrorOfTheLibrary) {
  RecordingTracer tracer;
  Connection connection;
  connection.close_other_end();
  EXPECT_EQ(connection.publish({.chain = chain, .tracer = &tracer}), AMQP_STATUS_SOCKET_ERROR);
  ASSERT_EQ(tracer.ended().size(), 1U);
  EXPECT_EQ(tracer.open(), 0U);
  EXPECT_TRUE(tracer.ended()[0].is_error);
  EXPECT_EQ(tracer.ended()[0].error_type, amqp_error_string2(AMQP_STATUS_SOCKET_ERROR));
}

}  // namespace
