// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "baton/carriers/amqp.hpp"

namespace baton::amqp {

detail::SpanFacts internal::span_facts(SpanKind kind, std::string_view operation,
                                       amqp_bytes_t exchange, amqp_bytes_t routing_key) {
  // The conventions' name of the exchange that has none.
  const std::string_view destination = exchange.len != 0 ? to_text(exchange) : "amq.default";
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
  const std::string_view address = internal::to_text(exchange.len != 0 ? exchange : routing_key);
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
