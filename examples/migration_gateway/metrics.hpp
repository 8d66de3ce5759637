// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace gateway {

/// The gateway's own counters. Any number of threads may count.
class Metrics {
 public:
  void add_request() { add(requests_); }
  void add_response(unsigned status) { add(responses_[status / 100 % 10]); }
  void add_upstream_error() { add(upstream_errors_); }
  void add_client_abort() { add(client_aborts_); }

  /// All counters in Prometheus's text format, those of the chain (see `baton::extraction_counts`)
  /// included.
  [[nodiscard]] std::string to_prometheus() const;

 private:
  using Count = std::atomic<std::uint64_t>;

  static void add(Count& count) { count.fetch_add(1, std::memory_order_relaxed); }

  Count requests_{0};
  std::array<Count, 10> responses_{};  ///< by the first digit of the status
  Count upstream_errors_{0};
  Count client_aborts_{0};
};

}  // namespace gateway
