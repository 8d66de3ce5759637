// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/carriers/amqp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

namespace example {

/// Throw `std::runtime_error` for an error of rabbitmq-c or of the broker.
void check(int status);
void check(const amqp_rpc_reply_t& reply);

/// A connection to RabbitMQ with one channel. For one thread; throws `std::runtime_error` for what
/// fails, and `std::bad_alloc`.
class RabbitMqConnection {
 public:
  static constexpr amqp_channel_t channel = 1;

  /// `amqp://USER:PASSWORD@HOST:PORT/VIRTUAL_HOST`.
  explicit RabbitMqConnection(std::string url);

  [[nodiscard]] amqp_connection_state_t get() const noexcept { return state_.get(); }

  /// RabbitMQ drops messages to a queue that does not exist.
  void declare(const std::string& queue, bool is_durable = false) const;

  /// Starts to take messages from a queue, and at most `ahead` that are not acknowledged.
  void consume(const std::string& queue, std::uint16_t ahead) const;

  /// All published messages have then arrived.
  void close() const;

 private:
  struct Deleter {
    void operator()(amqp_connection_state_t state) const noexcept {
      amqp_destroy_connection(state);
    }
  };
  std::unique_ptr<std::remove_pointer_t<amqp_connection_state_t>, Deleter> state_;
};

}  // namespace example
