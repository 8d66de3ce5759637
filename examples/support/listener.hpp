// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace example {

using Request = boost::beast::http::request<boost::beast::http::string_body>;
using Response = boost::beast::http::response<boost::beast::http::string_body>;
/// The request is valid until the coroutine ends. An exception becomes a 500.
using Handler = std::function<boost::asio::awaitable<Response>(const Request&)>;

/// The limits of a peer.
struct Limits {
  std::size_t connections = 256;
  std::uint32_t header_bytes = 32 * 1024;
  std::uint64_t body_bytes = 1024 * 1024;
  std::chrono::seconds read{30};   ///< from the end of one request to the end of the next
  std::chrono::seconds write{30};  ///< for one response
};

/// An HTTP/1.1 server on 127.0.0.1, independent of tracing. Only for an io_context that one thread
/// runs; must outlive the run.
class Listener {
 public:
  /// Port 0: any port. Throws boost::system::system_error if it cannot listen.
  Listener(boost::asio::io_context& io, unsigned short port, Handler handler, Limits limits = {});

  [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }

  /// Accepts no more connections, drops idle ones, and lets requests in progress finish.
  void stop();

 private:
  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> session(boost::asio::ip::tcp::socket socket);
  boost::asio::awaitable<bool> exchange(boost::beast::tcp_stream& stream,
                                        boost::beast::flat_buffer& buffer);
  boost::asio::awaitable<Response> respond(const Request& request);

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  Handler handler_;
  Limits limits_;
  std::set<boost::beast::tcp_stream*> reading_;
  std::size_t connections_ = 0;
  bool stopping_ = false;
};

/// A response with that body; the listener adds the framing.
[[nodiscard]] Response make_response(boost::beast::http::status status, std::string body,
                                     std::string_view content_type = "text/plain");

/// The `main` of a server: reads `--port N` (0: any) and `--help`, prints its URL, and runs
/// until SIGINT or SIGTERM.
int run_server(int argc, char** argv, std::string_view purpose, Handler handler);

}  // namespace example
