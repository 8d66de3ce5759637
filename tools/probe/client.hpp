// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tools/probe/observation.hpp"

namespace baton::tool::probe {

/// Sends requests as raw bytes, one at a time, over one connection as long as the service keeps it.
class Client {
 public:
  using Endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  Client(boost::asio::io_context& io, Endpoints endpoints, std::chrono::milliseconds timeout);

  /// Whether the service accepts a connection; else the error.
  boost::asio::awaitable<boost::system::error_code> connect();

  /// The timeout is for the whole exchange, however slowly bytes arrive. Answers of more than
  /// 64 KiB of fields or 1 MiB of body are not read to their end. A kept connection that closes
  /// without an answer may have done so before it read the request, which is then sent again,
  /// unless `is_served` says that the service has acted on it.
  boost::asio::awaitable<Reply> send(const std::string& request, bool is_head,
                                     const std::function<bool()>& is_served);

  /// The next request uses a new connection.
  void close();

 private:
  boost::asio::awaitable<Reply> exchange(const std::string& request, bool is_head);
  [[nodiscard]] bool is_closed_by_service();

  boost::asio::io_context& io_;
  Endpoints endpoints_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<boost::beast::tcp_stream> stream_;
  boost::beast::flat_buffer buffer_;
  bool is_kept_ = false;  // the service said so in its last answer
  std::chrono::steady_clock::time_point last_use_;
};

}  // namespace baton::tool::probe
