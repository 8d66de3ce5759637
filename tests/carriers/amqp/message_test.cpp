// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support.hpp"

namespace {

using namespace amqp_test;
using baton::amqp::Pool;

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

TEST(AmqpMessage, PropertiesGetHeadersAndTheirFlag) {
  Pool pool;
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
  properties.headers = {7, nullptr};  // without meaning, since the flag is not set
  EXPECT_EQ(baton::amqp::extract(properties, {.chain = w3c()}), baton::Context());
  baton::amqp::inject(properties, pool, context_of(parent), {.chain = w3c()});
  EXPECT_EQ(properties._flags,
            amqp_flags_t{AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_HEADERS_FLAG});
  EXPECT_EQ(to_fields(properties.headers), (Fields{{"traceparent", parent}}));
}

TEST(AmqpMessage, AnEmptyContextMakesNoHeaders) {
  Pool pool;
  amqp_basic_properties_t properties{};
  baton::amqp::inject(properties, pool, baton::Context(), {.chain = w3c()});
  EXPECT_EQ(properties._flags, amqp_flags_t{0});
  properties._flags = AMQP_BASIC_HEADERS_FLAG;
  OwnTable own(Fields{{"traceparent", parent}});
  properties.headers = own.get();
  baton::amqp::inject(properties, pool, baton::Context(), {.chain = w3c()});
  EXPECT_EQ(properties._flags, amqp_flags_t{AMQP_BASIC_HEADERS_FLAG});
  EXPECT_EQ(to_fields(properties.headers), Fields{});
}

TEST(AmqpMessage, WritesWhatIsCurrent) {
  Pool pool;
  amqp_basic_properties_t properties{};
  const baton::Context context = context_of(parent);
  const baton::Scope scope(context);
  baton::amqp::inject(properties, pool);
  EXPECT_EQ(to_fields(properties.headers), (Fields{{"traceparent", parent}}));
}

TEST(AmqpMessage, IsProcessedInItsContext) {
  OwnTable own(Fields{{"traceparent", parent}, {"baggage", "user=1,bad"}});
  amqp_envelope_t envelope{};
  envelope.delivery_tag = 3;
  envelope.message.properties._flags = AMQP_BASIC_HEADERS_FLAG;
  envelope.message.properties.headers = own.get();
  baton::ExtractReport report;
  const std::uint64_t tag =
      baton::amqp::process(envelope,
                           [](const amqp_envelope_t& order) {
                             const baton::SpanContext& span = baton::current().span_context();
                             EXPECT_EQ(span.span_id, context_of(parent).span_context().span_id);
                             EXPECT_TRUE(span.is_remote);
                             EXPECT_EQ(baton::current().baggage().get("user"), "1");
                             return order.delivery_tag;
                           },
                           {.chain = w3c(), .report = &report});
  EXPECT_EQ(tag, 3U);
  EXPECT_EQ(report.issue_count(), 1U);
  EXPECT_FALSE(baton::current().span_context().is_valid());
  bool is_called = false;
  baton::amqp::process(amqp_message_t{}, [&] { is_called = baton::current() == baton::Context(); });
  EXPECT_TRUE(is_called);
  EXPECT_TRUE(
      baton::amqp::extract(envelope.message, {.report = &report}).span_context().is_valid());
  EXPECT_TRUE(baton::amqp::extract(own.get(), {.report = &report}).span_context().is_valid());
}

// The context does not know what it was denied to read, nor under which names.
TEST(AmqpMessage, IsSentOnWithoutWhatTheChainOwns) {
  Pool pool;
  OwnTable own(Fields{{"uberctx-secret", "1"}, {"UBERCTX-other", "2"}, {"kept", "3"}, {"B3", "0"}});
  const baton::PropagatorChain chain =
      baton::make_chain({"b3,jaeger", "jaeger", {}, {}, {}})
          .chain.with_trust({.destinations = {{"*"}}, .callers = baton::CallerTrust::restart});
  amqp_table_t headers = own.get();
  baton::amqp::inject(headers, pool, baton::amqp::extract(headers, {.chain = chain}),
                      {.chain = chain});
  EXPECT_EQ(to_fields(headers), (Fields{{"kept", "3"}}));
  EXPECT_EQ(own.get().num_entries, 4);
}

TEST(AmqpMessage, IsSentOnWithAllThatCame) {
  OwnTable own(Fields{{"a", "1"}, {"traceparent", parent}, {"n", std::nullopt}});
  amqp_envelope_t envelope{};
  envelope.message.properties._flags = AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_PRIORITY_FLAG;
  envelope.message.properties.headers = own.get();
  Pool pool;
  amqp_basic_properties_t properties = envelope.message.properties;
  baton::amqp::inject(properties, pool, context_of(other_parent), {.chain = w3c()});
  EXPECT_EQ(to_fields(properties.headers),
            (Fields{{"a", "1"}, {"n", std::nullopt}, {"traceparent", other_parent}}));
  EXPECT_EQ(properties._flags, envelope.message.properties._flags);
  EXPECT_EQ(baton::amqp::extract(envelope, {.chain = w3c()}).span_context().span_id,
            context_of(parent).span_context().span_id);
}

TEST(AmqpMessage, ObeysTheRuleForTheDestination) {
  const baton::PropagatorChain chain =
      w3c().with_trust({.destinations = {{"partner.*", false, false, {"b"}}}});
  Pool pool;
  OwnTable own(Fields{{"traceparent", parent}, {"x", "1"}});
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_HEADERS_FLAG;
  properties.headers = own.get();
  baton::amqp::inject(properties, pool, context_of(parent, "a=1,b=2"),
                      {.chain = chain, .destination = "partner.bills"});
  EXPECT_EQ(to_fields(properties.headers), (Fields{{"x", "1"}, {"baggage", "b=2"}}));
}

}  // namespace
