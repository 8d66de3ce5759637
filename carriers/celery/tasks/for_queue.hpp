// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/carriers/celery/tasks/task.hpp"
#include "baton/options.hpp"

namespace baton::celery::internal {

/// The options with the task's queue as the destination, unless they name another one.
inline InjectOptions for_queue(const Task& task, const InjectOptions& options) noexcept {
  return {.chain = options.chain,
          .destination = options.destination.empty() ? task.queue : options.destination};
}

}  // namespace baton::celery::internal
