// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <set>
#include <string>

#include "options.hpp"
#include "session.hpp"

namespace gateway {

/// One thread's share of the connections, and all that they have in common: nothing of it is
/// locked.
class Worker {
 public:
  Worker(const Options& options, const tcp::resolver::results_type& upstream,
         const Propagation& propagation, Metrics& metrics);

  /// Sockets given to `serve` must be of this one.
  [[nodiscard]] net::io_context& io() { return io_; }

  /// How many connections there are. From any thread.
  [[nodiscard]] std::size_t connections() const { return connections_; }

  /// From any thread.
  void serve(tcp::socket socket);
  /// From any thread: lets requests under way finish, for as long as the options say.
  void stop();

  /// Until it is stopped.
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
  Clock::time_point end_ = Clock::time_point::max();  ///< of the grace
};

}  // namespace gateway
