// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <set>
#include <string>

#include "options.hpp"
#include "session.hpp"

namespace gateway {

/// One thread's share of the connections, and all that they share. Needs no locks.
class Worker {
 public:
  Worker(const Options& options, const tcp::resolver::results_type& upstream,
         const Propagation& propagation, Metrics& metrics);

  /// The sockets passed to `serve` must use this context.
  [[nodiscard]] net::io_context& io() { return io_; }

  /// The number of connections. From any thread.
  [[nodiscard]] std::size_t connections() const { return connections_; }

  /// From any thread.
  void serve(tcp::socket socket);
  /// From any thread: lets requests in progress finish within the grace period.
  void stop();

  /// Runs until it is stopped.
  void run() { io_.run(); }

 private:
  net::awaitable<void> serve_session(std::shared_ptr<Session> session);
  net::awaitable<void> check_deadlines();

  const Options& options_;
  net::io_context io_{1};
  std::string upstream_host_;
  Upstream upstream_;
  bool is_stopping_ = false;
  Services services_;
  std::set<Session*> sessions_;
  std::atomic<std::size_t> connections_{0};
  net::steady_timer clock_{io_};
  Clock::time_point end_ = Clock::time_point::max();  ///< of the grace period
};

}  // namespace gateway
