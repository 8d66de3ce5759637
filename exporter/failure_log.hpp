// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "exporter/interruption.hpp"
#include "exporter/settings.hpp"

namespace baton::detail {

/// Logs that exporting fails, and that it works again: at most one sentence each in a minute. For
/// one thread.
class FailureLog {
 public:
  explicit FailureLog(const Settings& settings) noexcept : settings_(settings) {}

  void add_failure(std::string_view reason) noexcept;
  void add_success() noexcept;

 private:
  const Settings& settings_;
  bool is_failing_ = false;  // as was logged
  std::string reason_;
  Clock::time_point next_failure_;
};

}  // namespace baton::detail
