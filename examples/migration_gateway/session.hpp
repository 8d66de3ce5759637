// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "exchange.hpp"

namespace gateway {

/// One connection of a client: its requests in sequence, so that the answers to pipelined ones are
/// in order. For one thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, std::chrono::seconds patience, const Services& services)
      : client_(std::move(socket), patience), services_(services) {}

  /// Runs until the connection is closed.
  net::awaitable<void> run();

  /// Lets a request in progress finish, but waits for no other.
  void stop();
  /// Drops everything at once.
  void abort();
  void check_deadlines(Clock::time_point now);

 private:
  net::awaitable<bool> serve_one();
  void watch();
  void look();

  Peer client_;
  Services services_;
  Exchange* exchange_ = nullptr;  ///< the request in progress
  bool is_waiting_ = false;       ///< for a request
  bool is_watching_ = false;
};

}  // namespace gateway
