// SPDX-License-Identifier: Apache-2.0
#include <baton/carriers/celery/tasks/amqp.hpp>
#include <charconv>
#include <stdexcept>

#include "broker.hpp"

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

namespace example {
namespace {

constexpr amqp_channel_t channel = 1;

void check(int status) {
  if (status != AMQP_STATUS_OK) throw std::runtime_error(amqp_error_string2(status));
}

void check(const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
  throw std::runtime_error(reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
                               ? amqp_error_string2(reply.library_error)
                               : "RabbitMQ refuses the request");
}

void check_memory(const void* made) {
  if (made == nullptr) throw std::runtime_error("out of memory");
}

class RabbitMq final : public Broker {
 public:
  explicit RabbitMq(std::string url) : connection_(amqp_new_connection()) {
    check_memory(connection_.get());
    amqp_connection_info place{};
    check(amqp_parse_url(url.data(), &place));
    amqp_socket_t* const socket = amqp_tcp_socket_new(connection_.get());  // the connection's
    check_memory(socket);
    check(amqp_socket_open(socket, place.host, place.port));
    check(amqp_login(connection_.get(), place.vhost, 0, AMQP_DEFAULT_FRAME_SIZE, 0,
                     AMQP_SASL_METHOD_PLAIN, place.user, place.password));
    amqp_channel_open(connection_.get(), channel);
    check(amqp_get_rpc_reply(connection_.get()));
  }

  void publish(const baton::celery::Message& message) override {
    if (message.routing_key != declared_) declare(message.routing_key);
    const int status = baton::celery::publish(connection_.get(), channel, message);
    if (status == AMQP_STATUS_TABLE_TOO_BIG)
      throw BadMessage("the headers exceed the size of a frame");
    check(status);
  }

  void consume(const std::string& queue) override {
    declare(queue);
    amqp_basic_qos(connection_.get(), channel, 0, 1, 0);
    check(amqp_get_rpc_reply(connection_.get()));
    amqp_basic_consume(connection_.get(), channel, amqp_cstring_bytes(queue.c_str()),
                       amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check(amqp_get_rpc_reply(connection_.get()));
  }

  std::optional<Delivery> next(std::chrono::seconds patience) override {
    amqp_maybe_release_buffers(connection_.get());
    const timeval timeout{patience.count(), 0};
    amqp_envelope_t envelope{};
    const amqp_rpc_reply_t reply = amqp_consume_message(connection_.get(), &envelope, &timeout, 0);
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION &&
        reply.library_error == AMQP_STATUS_TIMEOUT) {
      return std::nullopt;
    }
    check(reply);
    const std::unique_ptr<amqp_envelope_t, decltype(&amqp_destroy_envelope)> owned(
        &envelope, amqp_destroy_envelope);
    return Delivery{baton::celery::from_amqp(envelope), std::to_string(envelope.delivery_tag)};
  }

  void acknowledge(const Delivery& delivery) override {
    check(amqp_basic_ack(connection_.get(), channel, tag_of(delivery), 0));
  }

  void reject(const Delivery& delivery) override {
    check(amqp_basic_reject(connection_.get(), channel, tag_of(delivery), 0));
  }

  void close() override {
    check(amqp_channel_close(connection_.get(), channel, AMQP_REPLY_SUCCESS));
    check(amqp_connection_close(connection_.get(), AMQP_REPLY_SUCCESS));
  }

 private:
  /// Declares a queue as Celery does: RabbitMQ drops messages to a queue that does not exist.
  void declare(const std::string& queue) {
    amqp_queue_declare(connection_.get(), channel, amqp_cstring_bytes(queue.c_str()), 0, 1, 0, 0,
                       amqp_empty_table);
    check(amqp_get_rpc_reply(connection_.get()));
    declared_ = queue;
  }

  static std::uint64_t tag_of(const Delivery& delivery) {
    std::uint64_t tag = 0;
    std::from_chars(delivery.tag.data(), delivery.tag.data() + delivery.tag.size(), tag);
    return tag;
  }

  struct ConnectionDeleter {
    void operator()(amqp_connection_state_t connection) const noexcept {
      amqp_destroy_connection(connection);
    }
  };
  std::unique_ptr<std::remove_pointer_t<amqp_connection_state_t>, ConnectionDeleter> connection_;
  std::string declared_;
};

}  // namespace

std::unique_ptr<Broker> connect_to_rabbitmq(const std::string& url) {
  return std::make_unique<RabbitMq>(url);
}

}  // namespace example
