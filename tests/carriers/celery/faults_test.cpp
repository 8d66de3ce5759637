// SPDX-License-Identifier: Apache-2.0
// What the examples and the carrier do if a broker ends at any moment, or a call into its client
// fails. Run it under AddressSanitizer.

#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <chrono>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "baton/carriers/celery.hpp"
#include "baton/carriers/celery/tasks/amqp.hpp"
#include "celery/broker.hpp"
#include "dying_servers.hpp"
#include "support/faults.hpp"

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

constexpr amqp_rpc_reply_t refused{AMQP_RESPONSE_LIBRARY_EXCEPTION, {}, AMQP_STATUS_SOCKET_ERROR};

BATON_FAULT(amqp_connection_state_t, amqp_new_connection, (), (), nullptr)
BATON_FAULT(int, amqp_parse_url, (char* url, amqp_connection_info* parsed), (url, parsed),
            AMQP_STATUS_BAD_URL)
BATON_FAULT(amqp_socket_t*, amqp_tcp_socket_new, (amqp_connection_state_t state), (state), nullptr)
BATON_FAULT(int, amqp_socket_open, (amqp_socket_t * socket, const char* host, int port),
            (socket, host, port), AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED)
BATON_FAULT(amqp_rpc_reply_t, amqp_get_rpc_reply, (amqp_connection_state_t state), (state), refused)
BATON_FAULT(int, amqp_basic_publish,
            (amqp_connection_state_t state, amqp_channel_t channel, amqp_bytes_t exchange,
             amqp_bytes_t routing_key, amqp_boolean_t mandatory, amqp_boolean_t immediate,
             const amqp_basic_properties_t* properties, amqp_bytes_t body),
            (state, channel, exchange, routing_key, mandatory, immediate, properties, body),
            AMQP_STATUS_TABLE_TOO_BIG)
BATON_FAULT(amqp_rpc_reply_t, amqp_consume_message,
            (amqp_connection_state_t state, amqp_envelope_t* envelope, const timeval* timeout,
             int flags),
            (state, envelope, timeout, flags), refused)
BATON_FAULT(int, amqp_basic_ack,
            (amqp_connection_state_t state, amqp_channel_t channel, std::uint64_t tag,
             amqp_boolean_t multiple),
            (state, channel, tag, multiple), AMQP_STATUS_SOCKET_ERROR)
BATON_FAULT(int, amqp_basic_reject,
            (amqp_connection_state_t state, amqp_channel_t channel, std::uint64_t tag,
             amqp_boolean_t requeue),
            (state, channel, tag, requeue), AMQP_STATUS_SOCKET_ERROR)
BATON_FAULT(amqp_rpc_reply_t, amqp_channel_close,
            (amqp_connection_state_t state, amqp_channel_t channel, int code),
            (state, channel, code), refused)
BATON_FAULT(amqp_rpc_reply_t, amqp_connection_close, (amqp_connection_state_t state, int code),
            (state, code), refused)
BATON_FAULT(void*, amqp_pool_alloc, (amqp_pool_t * pool, std::size_t size), (pool, size), nullptr)
BATON_FAULT(redisContext*, redisConnect, (const char* host, int port), (host, port), nullptr)
BATON_FAULT(void*, redisCommandArgv,
            (redisContext * context, int count, const char** words, const std::size_t* sizes),
            (context, count, words, sizes),
            (context->err = REDIS_ERR_OOM, std::strcpy(context->errstr, "Out of memory"), nullptr))

namespace {

namespace celery = baton::celery;
using baton::test::fail_each;
using baton::test::faults;

constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
const std::string body = R"([[1, 2], {}, {}])";

/// All that the publisher and the worker of the examples do with a broker. Returns whether
/// all of it succeeded.
bool run(const std::string& url) {
  celery::Task task{.name = "shop.add", .args = {1, 2}, .queue = "orders"};
  const celery::Message message = celery::make_message(task);
  try {
    const std::unique_ptr<example::Broker> broker = example::connect(url);
    broker->publish(message);
    broker->consume("orders");
    const std::optional<example::Delivery> delivery = broker->next(std::chrono::seconds(60));
    if (!delivery) return false;
    EXPECT_EQ(delivery->message->body, body);
    broker->acknowledge(*delivery);
    broker->reject(*delivery);
    broker->close();
    return true;
  } catch (const std::runtime_error& error) {
    EXPECT_STRNE(error.what(), "");
  } catch (const std::bad_alloc&) {
    return false;
  }
  return false;
}

/// A message as the server has it.
template <class Server>
std::string stored() {
  if (std::is_same_v<Server, celery_test::DyingRabbitMq>) return body;
  celery::Message message;
  message.headers = {{"task", "shop.add"}, {"id", "1"}};
  message.body = body;
  message.routing_key = "orders";
  return celery::to_redis(message);
}

template <class Server>
class BrokerFaults : public testing::Test {};
using Servers = testing::Types<celery_test::DyingRedis, celery_test::DyingRabbitMq>;
TYPED_TEST_SUITE(BrokerFaults, Servers);

TYPED_TEST(BrokerFaults, ABrokerThatEndsIsAnErrorAtEveryByte) {
  const std::string message = stored<TypeParam>();
  bool is_through = false;
  const auto serve = [&](std::size_t bytes) {
    TypeParam server(bytes, message);
    return server.serve([&] { is_through = run(server.url()); });
  };
  const std::size_t size = serve(all);
  ASSERT_TRUE(is_through);
  ASSERT_GT(size, 100U);
  for (std::size_t bytes = 0; bytes < size; ++bytes) {
    serve(bytes);
    EXPECT_FALSE(is_through) << bytes;
  }
}

TYPED_TEST(BrokerFaults, ACallThatFailsIsAnError) {
  const std::string message = stored<TypeParam>();
  const std::size_t failures = fail_each([&](std::size_t number) {
    TypeParam server(all, message);
    bool is_through = false;
    bool has_failed = false;
    server.serve([&] {
      faults.begin(number);
      is_through = run(server.url());
      has_failed = faults.end();
    });
    EXPECT_NE(is_through, has_failed) << number;
    return has_failed;
  });
  EXPECT_GE(failures, 7U);
}

TEST(CeleryAmqpFaults, AMessageThatCannotBeMadeIsNotPublished) {
  const celery::Message message = celery::make_message({.name = "shop.add", .args = {1, 2}});
  const std::size_t failures = fail_each([&](std::size_t number) {
    amqp_pool_t pool;
    init_amqp_pool(&pool, 4096);
    bool has_thrown = false;
    faults.begin(number);
    try {
      static_cast<void>(celery::to_amqp(message, pool));
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    const bool has_failed = faults.end();
    EXPECT_EQ(has_thrown, has_failed);
    empty_amqp_pool(&pool);
    return has_failed;
  });
  EXPECT_GE(failures, 1U);
}

}  // namespace
