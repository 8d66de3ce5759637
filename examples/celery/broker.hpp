// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/carriers/celery.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace example {

/// A message that was taken from a queue and must be acknowledged or rejected.
struct Delivery {
  baton::celery::received<baton::celery::Message> message;
  std::string tag;  ///< the broker's id for it
};

/// A message that can never be published: do not retry.
struct BadMessage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A connection to Celery's broker. For one thread; throws `std::runtime_error`.
class Broker {
 public:
  Broker() = default;
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  virtual ~Broker() = default;

  virtual void publish(const baton::celery::Message& message) = 0;

  /// Starts to take messages from a queue.
  virtual void consume(const std::string& queue) = 0;
  /// The next message; nothing if none arrives in time.
  virtual std::optional<Delivery> next(std::chrono::seconds patience) = 0;
  virtual void acknowledge(const Delivery& delivery) = 0;
  /// Removes a message that no consumer can handle from the queue.
  virtual void reject(const Delivery& delivery) = 0;

  /// Closes the connection. All published messages have then arrived.
  virtual void close() = 0;
};

/// `redis://HOST[:PORT][/DATABASE]` or `amqp://USER:PASSWORD@HOST:PORT/VIRTUAL_HOST`.
[[nodiscard]] std::unique_ptr<Broker> connect(const std::string& url);

[[nodiscard]] std::unique_ptr<Broker> connect_to_redis(const std::string& url);
[[nodiscard]] std::unique_ptr<Broker> connect_to_rabbitmq(const std::string& url);

}  // namespace example
