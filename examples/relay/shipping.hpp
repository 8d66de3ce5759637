// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <baton/carriers/celery.hpp>
#include <functional>
#include <thread>

#include "kafka.hpp"
#include "service.hpp"

namespace relay {

/// Consumes orders from the Kafka topic, and publishes a Celery task for each: a mail that confirms
/// it.
class Shipping {
 public:
  using Send = std::function<void(const baton::celery::Message&)>;

  /// `send` is called on one thread.
  Shipping(Service& service, Consumer consumer, Send send);
  Shipping(const Shipping&) = delete;
  Shipping& operator=(const Shipping&) = delete;
  ~Shipping() { stop(); }

  void stop();

 private:
  void run();
  void ship(RdKafka::Message& message);

  Service& service_;
  Consumer consumer_;
  Send send_;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

}  // namespace relay
