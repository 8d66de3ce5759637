// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <new>

#include "support.hpp"

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

namespace {

/// The number of allocations of a pool that succeed from now on.
std::size_t allocations_left = std::numeric_limits<std::size_t>::max();

}  // namespace

extern "C" void* amqp_pool_alloc(amqp_pool_t* pool, std::size_t size) {
  static const auto next =
      reinterpret_cast<decltype(&amqp_pool_alloc)>(::dlsym(RTLD_NEXT, "amqp_pool_alloc"));
  if (allocations_left == 0) return nullptr;
  --allocations_left;
  return next(pool, size);
}

namespace {

using namespace amqp_test;
using baton::amqp::Pool;

/// Ownership of entries, names and values after a failure; run it under AddressSanitizer.
class AmqpOwnership : public testing::Test {
 protected:
  AmqpOwnership() {
    properties_._flags = AMQP_BASIC_HEADERS_FLAG;
    properties_.headers = received_.get();
    sent_.set_baggage(baton::Baggage::parse("user=1"));
  }
  ~AmqpOwnership() override { allocations_left = std::numeric_limits<std::size_t>::max(); }

  const Fields theirs_ = {{"a", "1"}, {"TraceParent", other_parent}, {"baggage", "stale=1"}};
  OwnTable received_{theirs_};
  amqp_basic_properties_t properties_{};
  baton::Context sent_ = context_of(parent);
  const baton::PropagatorChain chain_ = baton::make_chain("tracecontext,baggage,b3multi").chain;
};

TEST_F(AmqpOwnership, WithoutMemoryAllStaysAsItWas) {
  bool has_failed = true;
  for (std::size_t left = 0; has_failed; ++left) {
    ASSERT_LT(left, 20U);
    Pool pool;
    amqp_basic_properties_t properties = properties_;
    allocations_left = left;
    try {
      baton::amqp::inject(properties, pool, sent_, {.chain = chain_});
      has_failed = false;
    } catch (const std::bad_alloc&) {
      // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): a copy, of which no byte may change
      EXPECT_EQ(std::memcmp(&properties, &properties_, sizeof properties), 0) << left;
    }
    allocations_left = std::numeric_limits<std::size_t>::max();
    EXPECT_EQ(to_fields(received_.get()), theirs_) << left;
  }
}

TEST_F(AmqpOwnership, ATableCanBeReadAfterAChangeThatFailed) {
  for (std::size_t left = 0; left < 6; ++left) {
    Pool pool;
    amqp_table_t table = received_.get();
    {
      baton::amqp::TableCarrier carrier(table, pool);
      allocations_left = left;
      for (const char* name : {"traceparent", "baggage", "b3"}) {
        try {
          carrier.set(name, "1");
        } catch (const std::bad_alloc&) {
          continue;
        }
      }
      allocations_left = std::numeric_limits<std::size_t>::max();
    }
    EXPECT_EQ(baton::amqp::ConstTableCarrier(table).get("a"), "1");
    EXPECT_FALSE(encode(table).empty());
    EXPECT_EQ(to_fields(received_.get()), theirs_);
  }
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
