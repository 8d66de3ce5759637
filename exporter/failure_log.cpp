// SPDX-License-Identifier: Apache-2.0
#include "exporter/failure_log.hpp"

#include <chrono>
#include <new>

namespace baton::detail {

void FailureLog::add_failure(std::string_view reason) noexcept {
  // A backend may fail in turns: with several reasons, or with each second batch.
  constexpr std::chrono::minutes pause(1);
  const Clock::time_point now = Clock::now();
  if ((is_failing_ && reason_ == reason) || now < next_failure_) return;
  next_failure_ = now + pause;
  is_failing_ = true;
  try {
    reason_ = reason;
  } catch (const std::bad_alloc&) {
    reason_.clear();  // the same reason may be logged again, after the pause
  }
  settings_.log("cannot export spans: ", reason);
}

void FailureLog::add_success() noexcept {
  if (!is_failing_) return;
  is_failing_ = false;
  settings_.log("spans are exported again to ", settings_.endpoint.shown);
}

}  // namespace baton::detail
