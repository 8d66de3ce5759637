// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/probe/case.hpp"

namespace baton::tool::probe {

/// A request to the listener.
struct Arrival {
  std::string target;         ///< empty if it could not be read
  std::string problem;        ///< why it is no valid request; empty: it is one
  bool is_too_large = false;  ///< that is why
  std::vector<Header> fields;
};

/// What the service calls. Answers each valid request by 200, reads at most 64 KiB of fields and 1
/// MiB of body, and survives whatever comes. Of 64 connections, the one that was not used for the
/// longest time makes room for another. Must outlive the run of the io_context.
class Listener {
 public:
  using Handler = std::function<void(Arrival)>;

  /// Throws boost::system::system_error if it cannot listen.
  Listener(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& endpoint,
           std::chrono::milliseconds timeout, Handler handler);

  [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const {
    return acceptor_.local_endpoint();
  }

 private:
  struct Connection {
    explicit Connection(boost::asio::ip::tcp::socket socket) : stream(std::move(socket)) {}

    boost::beast::tcp_stream stream;
    bool is_idle = true;  ///< no byte of a request has come, or none after the last one
  };

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
  [[nodiscard]] bool make_room();

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::chrono::milliseconds timeout_;
  Handler handler_;
  std::list<std::shared_ptr<Connection>> connections_;  ///< the last one was used last
};

}  // namespace baton::tool::probe
