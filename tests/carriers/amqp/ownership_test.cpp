// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <new>

#include "baton/recording_tracer.hpp"
#include "support.hpp"
#include "support/faults.hpp"

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

BATON_FAULT(void*, amqp_pool_alloc, (amqp_pool_t * pool, std::size_t size), (pool, size), nullptr)
BATON_FAULT(int, amqp_basic_publish,
            (amqp_connection_state_t state, amqp_channel_t channel, amqp_bytes_t exchange,
             amqp_bytes_t routing_key, amqp_boolean_t mandatory, amqp_boolean_t immediate,
             const amqp_basic_properties_t* properties, amqp_bytes_t body),
            (state, channel, exchange, routing_key, mandatory, immediate, properties, body),
            AMQP_STATUS_HEARTBEAT_TIMEOUT)

namespace {

using namespace amqp_test;
using baton::amqp::Pool;
using baton::test::fail_each;
using baton::test::faults;

/// Ownership of entries, names and values after a failure; run it under AddressSanitizer.
class AmqpOwnership : public testing::Test {
 protected:
  AmqpOwnership() {
    properties_._flags = AMQP_BASIC_HEADERS_FLAG;
    properties_.headers = received_.get();
    sent_.set_baggage(baton::Baggage::parse("user=1"));
  }

  const Fields theirs_ = {{"a", "1"}, {"TraceParent", other_parent}, {"baggage", "stale=1"}};
  OwnTable received_{theirs_};
  amqp_basic_properties_t properties_{};
  baton::Context sent_ = context_of(parent);
  const baton::PropagatorChain chain_ = baton::make_chain("tracecontext,baggage,b3multi").chain;
};

TEST_F(AmqpOwnership, WithoutMemoryAllStaysAsItWas) {
  const std::size_t failures = fail_each([&](std::size_t number) {
    Pool pool;
    amqp_basic_properties_t properties = properties_;
    amqp_table_t table = received_.get();
    bool has_thrown = false;
    faults.begin(number);
    try {
      baton::amqp::inject(table, pool, sent_, {.chain = chain_});
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    EXPECT_EQ(faults.end(), has_thrown);
    EXPECT_EQ(to_fields(table) == theirs_, has_thrown) << "half a context " << number;
    has_thrown = false;
    faults.begin(number);
    try {
      baton::amqp::inject(properties, pool, sent_, {.chain = chain_});
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    const bool has_failed = faults.end();
    EXPECT_EQ(has_thrown, has_failed);
    if (has_failed) {
      // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): a copy, of which no byte may change
      EXPECT_EQ(std::memcmp(&properties, &properties_, sizeof properties), 0) << number;
    }
    EXPECT_EQ(to_fields(received_.get()), theirs_) << number;
    return has_failed;
  });
  EXPECT_GE(failures, 3U);
}

TEST_F(AmqpOwnership, ATableCanBeReadAfterAChangeThatFailed) {
  const std::size_t failures = fail_each([&](std::size_t number) {
    Pool pool;
    amqp_table_t table = received_.get();
    faults.begin(number);
    {
      baton::amqp::TableCarrier carrier(table, pool);
      for (const char* name : {"traceparent", "baggage", "b3"}) {
        try {
          carrier.set(name, "1");
        } catch (const std::bad_alloc&) {
          continue;
        }
      }
    }
    const bool has_failed = faults.end();
    EXPECT_EQ(baton::amqp::ConstTableCarrier(table).get("a"), "1");
    EXPECT_FALSE(encode(table).empty());
    EXPECT_EQ(to_fields(received_.get()), theirs_);
    return has_failed;
  });
  EXPECT_GE(failures, 4U);
}

TEST_F(AmqpOwnership, TheSpanOfWhatCannotBePublishedEndsWithAnError) {
  baton::RecordingTracer tracer;
  amqp_connection_state_t connection = amqp_new_connection();
  ASSERT_NE(amqp_tcp_socket_new(connection), nullptr);  // which is not open
  const baton::Scope scope(sent_);
  std::size_t refused = 0;
  const std::size_t failures = fail_each([&](std::size_t number) {
    int status = AMQP_STATUS_OK;
    bool has_thrown = false;
    faults.begin(number);
    try {
      status = baton::amqp::publish(connection, 1, amqp_empty_bytes, amqp_empty_bytes, properties_,
                                    amqp_empty_bytes, {.chain = chain_, .tracer = &tracer});
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    const bool has_failed = faults.end();
    EXPECT_EQ(tracer.open(), 0U);
    EXPECT_EQ(tracer.ended().size(), number + 1);
    const baton::RecordedSpan span = tracer.ended().back();
    EXPECT_TRUE(span.is_error);
    EXPECT_EQ(span.error_type, has_thrown ? "exception" : amqp_error_string2(status));
    refused += status == AMQP_STATUS_HEARTBEAT_TIMEOUT ? 1U : 0U;
    EXPECT_EQ(to_fields(properties_.headers), theirs_);
    return has_failed;
  });
  EXPECT_GE(failures, 4U);
  EXPECT_EQ(refused, 1U);
  amqp_destroy_connection(connection);
}

TEST_F(AmqpOwnership, WhatCannotBePublishedStaysTheCallers) {
  Pool pool;
  amqp_connection_state_t connection = amqp_new_connection();
  ASSERT_NE(connection, nullptr);
  ASSERT_NE(amqp_tcp_socket_new(connection), nullptr);  // which is not open
  for (int i = 0; i < 2; ++i) {
    baton::amqp::inject(properties_, pool, sent_, {.chain = chain_});
    EXPECT_NE(amqp_basic_publish(connection, 1, amqp_empty_bytes, amqp_empty_bytes, 0, 0,
                                 &properties_, amqp_empty_bytes),
              AMQP_STATUS_OK);
    EXPECT_EQ(baton::amqp::extract(properties_, {.chain = chain_}).span_context().span_id,
              sent_.span_context().span_id);
    EXPECT_EQ(to_fields(received_.get()), theirs_);
  }
  amqp_destroy_connection(connection);
  EXPECT_EQ(to_fields(properties_.headers).front(), (Field{"a", "1"}));
}

TEST_F(AmqpOwnership, NamesAndValuesAreThePools) {
  Pool pool;
  {
    std::string name = "name-of-the-caller";
    std::string value = "value of the caller";
    amqp_table_t table{};
    baton::amqp::TableCarrier(table, pool).set(name, value);
    properties_.headers = table;
    name.assign(name.size(), 'x');
    value.assign(value.size(), 'x');
  }
  EXPECT_EQ(to_fields(properties_.headers),
            (Fields{{"name-of-the-caller", "value of the caller"}}));
}

}  // namespace
