// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tools/probe/case.hpp"

namespace baton::tool::probe {

/// A request to the listener.
struct Arrival {
  std::string target;   ///< empty if it could not be read
  std::string problem;  ///< why it is no valid request; empty: it is one
  std::vector<Header> fields;
};

/// What the service calls. Answers each valid request by 200, reads at most 64 KiB of fields and 1
/// MiB of body, and survives whatever comes. Must outlive the run of the io_context.
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
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::chrono::milliseconds timeout_;
  Handler handler_;
  std::size_t connections_ = 0;
};

}  // namespace baton::tool::probe
