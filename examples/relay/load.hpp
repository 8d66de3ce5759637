// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "client.hpp"
#include "paint.hpp"

namespace relay {

struct LoadOptions {
  std::size_t requests = 0;
  std::size_t concurrency = 1;
  bool shows_progress = false;  ///< on stderr
};

/// Milliseconds.
struct Percentiles {
  double median = 0;
  double p90 = 0;
  double p99 = 0;
  double most = 0;
};

struct Summary {
  std::size_t requests = 0;
  std::size_t concurrency = 0;
  std::size_t hops = 0;
  std::size_t spans = 0;
  std::size_t broken = 0;
  std::size_t faults = 0;
  std::vector<std::string> complaints;  ///< the first ones
  double seconds = 0;
  Percentiles answered;
  Percentiles completed;
  std::size_t memory_at_start = 0;  ///< resident, in bytes
  std::size_t memory_after_tenth = 0;
  std::size_t memory_at_end = 0;
};

/// Sends that many requests of all kinds of callers in turn, each with ids of its own, and waits
/// until each has been through all services.
[[nodiscard]] Summary run_load(boost::asio::io_context& io, Client& client, unsigned short port,
                               const LoadOptions& options);

[[nodiscard]] std::string to_text(const Summary& summary, Style style);
[[nodiscard]] boost::json::object to_json(const Summary& summary);

}  // namespace relay
