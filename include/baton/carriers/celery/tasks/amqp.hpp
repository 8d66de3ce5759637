// SPDX-License-Identifier: Apache-2.0
#pragma once

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#else
#include <amqp.h>
#endif

#include "baton/carriers/celery/tasks/consume.hpp"
#include "baton/carriers/celery/tasks/message.hpp"

/// Celery's messages by RabbitMQ, over rabbitmq-c: of the library `baton-celery-amqp`.
namespace baton::celery {

/// The properties of a message as py-amqp sends them. What they point to is in the pool, or is the
/// message's own: both must outlive them. Throws `std::bad_alloc`, and nothing else.
[[nodiscard]] amqp_basic_properties_t to_amqp(const Message& message, amqp_pool_t& pool);

/// Publishes a message to its exchange, by its routing key. Gives what `amqp_basic_publish` gives:
/// a status, `AMQP_STATUS_OK` where it was sent. Headers must fit into one frame.
///
///     baton::celery::publish(connection, 1, baton::celery::make_message(task));
[[nodiscard]] int publish(amqp_connection_state_t connection, amqp_channel_t channel,
                          const Message& message);

/// The message that a consumer was given. Its headers become JSON: long strings and byte arrays
/// text, times seconds, decimals numbers. Errors: `too_deep` of `headers`, `too_many_bytes` of
/// `body`. Throws `std::bad_alloc`, and nothing else.
///
///     baton::celery::from_amqp(envelope).and_then(
///         [](baton::celery::Message message) { return baton::celery::read_task(message); });
[[nodiscard]] received<Message> from_amqp(const amqp_message_t& message, const Limits& limits = {});

/// The same, with the exchange and the routing key.
[[nodiscard]] received<Message> from_amqp(const amqp_envelope_t& envelope,
                                          const Limits& limits = {});

}  // namespace baton::celery
