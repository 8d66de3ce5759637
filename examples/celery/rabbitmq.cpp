// SPDX-License-Identifier: Apache-2.0
#include <baton/carriers/celery/tasks/amqp.hpp>
#include <charconv>
#include <utility>

#include "amqp/connection.hpp"
#include "broker.hpp"

namespace example {
namespace {

constexpr amqp_channel_t channel = RabbitMqConnection::channel;

class RabbitMq final : public Broker {
 public:
  explicit RabbitMq(std::string url) : connection_(std::move(url)) {}

  void publish(const baton::celery::Message& message) override {
    if (message.routing_key != declared_) declare(message.routing_key);
    const int status = baton::celery::publish(connection_.get(), channel, message);
    if (status == AMQP_STATUS_TABLE_TOO_BIG)
      throw BadMessage("the headers exceed the size of a frame");
    check(status);
  }

  void consume(const std::string& queue) override {
    declare(queue);
    connection_.consume(queue, 1);
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

  void close() override { connection_.close(); }

 private:
  /// As Celery does.
  void declare(const std::string& queue) {
    connection_.declare(queue, true);
    declared_ = queue;
  }

  static std::uint64_t tag_of(const Delivery& delivery) {
    std::uint64_t tag = 0;
    std::from_chars(delivery.tag.data(), delivery.tag.data() + delivery.tag.size(), tag);
    return tag;
  }

  RabbitMqConnection connection_;
  std::string declared_;
};

}  // namespace

std::unique_ptr<Broker> connect_to_rabbitmq(const std::string& url) {
  return std::make_unique<RabbitMq>(url);
}

}  // namespace example
