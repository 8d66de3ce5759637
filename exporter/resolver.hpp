// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "exporter/interruption.hpp"

namespace baton::detail {

/// Looks up the addresses of a host. The system's lookup knows no deadline, so it has a thread of
/// its own, which is left behind if it takes too long: one at most.
class Resolver {
 public:
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  Resolver(std::string host, std::string port, Interruption& interruption);

  /// Empty, with a reason in `error`, if none is found in time.
  [[nodiscard]] Endpoints resolve(Clock::time_point deadline, std::string& error);

 private:
  struct Lookup;

  const std::string host_;
  const std::string port_;
  Interruption& interruption_;
  std::shared_ptr<Lookup> lookup_;  // under way; else null
};

}  // namespace baton::detail
