// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "kafka.hpp"
#include "service.hpp"
#include "task_queue.hpp"

namespace relay {

/// Consumes orders from the Kafka topic, and publishes a Celery task for each: a mail that confirms
/// it.
class Shipping {
 public:
  Shipping(Service& service, const std::string& brokers, TaskQueue& queue);
  Shipping(const Shipping&) = delete;
  Shipping& operator=(const Shipping&) = delete;
  ~Shipping() { stop(); }

  void stop();

 private:
  void run();
  void ship(RdKafka::Message& message);

  Service& service_;
  Consumer consumer_;
  TaskQueue& queue_;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

}  // namespace relay
