// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "callers.hpp"
#include "journey.hpp"

namespace relay {

/// What became of a request.
struct Outcome {
  Journey journey;
  std::vector<std::string> complaints;
  Clock::duration answered{};   ///< from the request to the answer
  Clock::duration completed{};  ///< from the request to the end of the last span
};

/// A connection to the edge, for one request at a time.
struct Connection {
  explicit Connection(boost::asio::io_context& io) : stream(io) {}

  boost::beast::tcp_stream stream;
  boost::beast::flat_buffer buffer;
};

/// Sends requests to the edge, and waits for the journey of each. Runs on one thread, that of its
/// io_context.
class Client {
 public:
  /// The tracer makes the callers' spans.
  Client(boost::asio::io_context& io, std::shared_ptr<baton::Tracer> tracer)
      : io_(io), tracer_(std::move(tracer)) {}

  /// Takes a journey, of its own or not. Any thread may call it.
  void arrive(Journey journey);

  [[nodiscard]] boost::asio::awaitable<void> connect(Connection& connection, unsigned short port);
  /// Sends the fields exactly as given, even if a correct client would refuse to send them.
  [[nodiscard]] boost::asio::awaitable<Outcome> order(Connection& connection, const Caller& caller,
                                                      std::string order);

  /// Journeys that no request was waiting for.
  [[nodiscard]] std::size_t strays() const { return strays_; }

 private:
  class Waiting;

  boost::asio::awaitable<std::string> ask(Connection& connection, const Caller& caller,
                                          const Sent& sent, std::vector<std::string>& complaints);
  void take(Journey journey);

  boost::asio::io_context& io_;
  std::shared_ptr<baton::Tracer> tracer_;
  std::unordered_map<std::string, Waiting*> waiting_;  // by order
  std::unordered_set<std::string> given_up_;           // orders whose requests ended before
  std::size_t strays_ = 0;
};

}  // namespace relay
