// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "baton/carriers/amqp.hpp"

namespace baton::amqp {

namespace {

std::string_view address_of(amqp_bytes_t exchange, amqp_bytes_t routing_key) noexcept {
  return internal::to_text(exchange.len != 0 ? exchange : routing_key);
}

}  // namespace

detail::SpanFacts internal::span_facts(SpanKind kind, std::string_view operation,
                                       amqp_bytes_t exchange, amqp_bytes_t routing_key) {
  // The default exchange has no name; its routing keys are names of queues.
  const std::string_view address = address_of(exchange, routing_key);
  const std::string_view destination = !address.empty() ? address : "amq.default";
  detail::SpanFacts facts = detail::messaging_facts(kind, messaging_system, operation, destination);
  facts.name.append(" ").append(destination);
  facts.attributes.add("messaging.rabbitmq.destination.routing_key", to_text(routing_key));
  return facts;
}

int publish(amqp_connection_state_t connection, amqp_channel_t channel, amqp_bytes_t exchange,
            amqp_bytes_t routing_key, const amqp_basic_properties_t& properties, amqp_bytes_t body,
            const PublishOptions& options) {
  Span span = detail::start_sending(options.sending(), [&] {
    return internal::span_facts(SpanKind::producer, "publish", exchange, routing_key);
  });
  Pool pool;
  amqp_basic_properties_t sent = properties;
  const std::string_view address = address_of(exchange, routing_key);
  inject(sent, pool, span.context(),
         {options.chain, options.destination.empty() ? address : options.destination});
  const int status = amqp_basic_publish(connection, channel, exchange, routing_key,
                                        options.mandatory ? 1 : 0, 0, &sent, body);
  if (status != AMQP_STATUS_OK) {
    span.end({.is_error = true, .error_type = amqp_error_string2(status)});
  }
  return status;
}

}  // namespace baton::amqp
