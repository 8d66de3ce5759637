// SPDX-License-Identifier: Apache-2.0
#pragma once

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#else
#include <amqp.h>
#endif

#include "baton/carriers/celery/tasks/consume.hpp"
#include "baton/carriers/celery/tasks/message.hpp"

/// Celery's messages over RabbitMQ, by rabbitmq-c. In the library `baton-celery-amqp`.
namespace baton::celery {

/// The properties of a message as py-amqp sends them. They point into the pool and into the
/// message: both must outlive them. AMQP has at most 255 bytes for the name of a header and for a
/// property: longer ones are left out. Throws `std::bad_alloc`, and nothing else.
[[nodiscard]] amqp_basic_properties_t to_amqp(const Message& message, amqp_pool_t& pool);

/// Publishes a message to its exchange, by its routing key. Returns the status of
/// `amqp_basic_publish`: `AMQP_STATUS_OK` if it was sent. Headers must fit into one frame. An
/// exchange or a routing key of more than 255 bytes is `AMQP_STATUS_INVALID_PARAMETER`.
///
///     baton::celery::publish(connection, 1, baton::celery::make_message(task));
[[nodiscard]] int publish(amqp_connection_state_t connection, amqp_channel_t channel,
                          const Message& message);

/// A consumed message. Its headers become JSON: long strings and byte arrays become text, times
/// seconds, decimals numbers. Errors: `too_deep` and `too_many_members` of `headers`,
/// `too_many_bytes` of `body`. Throws `std::bad_alloc`, and nothing else.
///
///     baton::celery::from_amqp(envelope).and_then(
///         [](baton::celery::Message message) { return baton::celery::read_task(message); });
[[nodiscard]] received<Message> from_amqp(const amqp_message_t& message, const Limits& limits = {});

/// The same, with the exchange and the routing key.
[[nodiscard]] received<Message> from_amqp(const amqp_envelope_t& envelope,
                                          const Limits& limits = {});

}  // namespace baton::celery
