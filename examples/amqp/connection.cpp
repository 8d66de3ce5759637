// SPDX-License-Identifier: Apache-2.0
#include "connection.hpp"

#include <new>
#include <stdexcept>

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

namespace example {

void check(int status) {
  if (status != AMQP_STATUS_OK) throw std::runtime_error(amqp_error_string2(status));
}

void check(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  throw std::runtime_error(reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
                               ? amqp_error_string2(reply.library_error)
                               : "RabbitMQ refuses the request");
}

RabbitMqConnection::RabbitMqConnection(std::string url) : state_(amqp_new_connection()) {
  amqp_connection_info place{};
  check(amqp_parse_url(url.data(), &place));
  // The socket is the connection's.
  amqp_socket_t* const socket = state_ != nullptr ? amqp_tcp_socket_new(state_.get()) : nullptr;
  if (socket == nullptr) throw std::bad_alloc();
  check(amqp_socket_open(socket, place.host, place.port));
  check(amqp_login(get(), place.vhost, 0, AMQP_DEFAULT_FRAME_SIZE, 0, AMQP_SASL_METHOD_PLAIN,
                   place.user, place.password));
  amqp_channel_open(get(), channel);
  check(amqp_get_rpc_reply(get()));
}

void RabbitMqConnection::declare(const std::string& queue, bool is_durable) const {
  amqp_queue_declare(get(), channel, amqp_cstring_bytes(queue.c_str()), 0, is_durable ? 1 : 0, 0, 0,
                     amqp_empty_table);
  check(amqp_get_rpc_reply(get()));
}

void RabbitMqConnection::consume(const std::string& queue, std::uint16_t ahead) const {
  amqp_basic_qos(get(), channel, 0, ahead, 0);
  check(amqp_get_rpc_reply(get()));
  amqp_basic_consume(get(), channel, amqp_cstring_bytes(queue.c_str()), amqp_empty_bytes, 0, 0, 0,
                     amqp_empty_table);
  check(amqp_get_rpc_reply(get()));
}

void RabbitMqConnection::close() const {
  check(amqp_channel_close(get(), channel, AMQP_REPLY_SUCCESS));
  check(amqp_connection_close(get(), AMQP_REPLY_SUCCESS));
}

}  // namespace example
