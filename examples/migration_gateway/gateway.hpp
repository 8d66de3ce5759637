// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "worker.hpp"

namespace gateway {

/// Accepts connections and distributes them among its threads.
class Gateway {
 public:
  /// Throws boost::system::system_error if it cannot listen or resolve the upstream.
  Gateway(net::io_context& io, const Options& options, Metrics& metrics);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  [[nodiscard]] tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

  /// Runs `io`, and serves until it has no more work: see `stop`.
  void run();

  /// Accepts no more connections, and lets requests in progress finish.
  void stop();

 private:
  net::awaitable<void> accept();
  Worker& least_busy();
  [[nodiscard]] std::size_t connections() const;

  net::io_context& io_;
  const Options& options_;
  Propagation propagation_;
  tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<Worker>> workers_;
  bool is_stopping_ = false;
};

}  // namespace gateway
