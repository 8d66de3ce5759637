// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <thread>

#include "service.hpp"
#include "task_queue.hpp"

namespace relay {

/// A worker that runs the Celery tasks of a queue.
class Mailer {
 public:
  Mailer(Service& service, TaskQueue& queue);
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;
  ~Mailer() { stop(); }

  /// Runs the tasks that the queue still has, and closes it.
  void stop();

 private:
  void run(const std::string& envelope);

  Service& service_;
  TaskQueue& queue_;
  std::thread thread_;
};

}  // namespace relay
