// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/listener.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <string_view>
#include <utility>

namespace baton::tool::probe {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

// Beast throws an exception at a value beyond 64 KiB, in a place where nobody can catch it.
constexpr std::uint32_t max_header_bytes = 64 * 1024;
constexpr std::uint64_t max_body_bytes = 1024 * 1024;
constexpr std::size_t max_connections = 64;
constexpr std::size_t first_read = 4096;

using Parser = http::request_parser<http::string_body>;

Arrival to_arrival(const Parser& parser) {
  Arrival arrival;
  arrival.target = std::string(parser.get().target());
  for (const auto& field : parser.get()) {
    arrival.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
  }
  return arrival;
}

std::string answer_to(const Parser& parser, bool keep) {
  std::string text = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n";
  text += keep ? "\r\n" : "Connection: close\r\n\r\n";
  if (parser.get().method() != http::verb::head) text += "{}";
  return text;
}

}  // namespace

Listener::Listener(net::io_context& io, const tcp::endpoint& endpoint,
                   std::chrono::milliseconds timeout, Handler handler)
    : io_(io), acceptor_(io, endpoint), timeout_(timeout), handler_(std::move(handler)) {
  net::co_spawn(io_, accept(), net::detached);
}

net::awaitable<void> Listener::accept() {
  for (;;) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(net::redirect_error(net::use_awaitable, error));
    if (!error && make_room()) {
      const auto connection = std::make_shared<Connection>(std::move(socket));
      connections_.push_back(connection);
      net::co_spawn(io_, serve(connection), net::detached);
    } else if (error) {
      // For example, out of file descriptors: other connections close after a while.
      net::steady_timer pause(io_, std::chrono::milliseconds(100));
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
    }
  }
}

/// A client may leave a connection open after each call: those are not calls that came too often.
bool Listener::make_room() {
  if (connections_.size() < max_connections) return true;
  const auto oldest = std::find_if(connections_.begin(), connections_.end(),
                                   [](const auto& connection) { return connection->is_idle; });
  if (oldest == connections_.end()) return false;
  (*oldest)->stream.close();
  connections_.erase(oldest);
  return true;
}

net::awaitable<void> Listener::serve(std::shared_ptr<Connection> connection) {
  boost::beast::tcp_stream& stream = connection->stream;
  boost::beast::flat_buffer buffer;
  for (bool keep = true; keep;) {
    Parser parser;
    parser.header_limit(max_header_bytes);
    parser.body_limit(max_body_bytes);
    stream.expires_after(timeout_);
    boost::system::error_code error;
    if (buffer.size() == 0) {
      connection->is_idle = true;
      buffer.commit(co_await stream.async_read_some(
          buffer.prepare(first_read), net::redirect_error(net::use_awaitable, error)));
      if (error) break;
      connection->is_idle = false;
    }
    co_await http::async_read_header(stream, buffer, parser,
                                     net::redirect_error(net::use_awaitable, error));
    if (!error && parser.get()[http::field::expect] == "100-continue") {
      constexpr std::string_view interim = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await net::async_write(stream, net::buffer(interim),
                                net::redirect_error(net::use_awaitable, error));
    }
    if (!error) {
      co_await http::async_read(stream, buffer, parser,
                                net::redirect_error(net::use_awaitable, error));
    }
    if (error) {
      // A connection that carries no request is none of a case's calls.
      if (error == http::error::end_of_stream || !parser.got_some()) break;
      Arrival arrival = to_arrival(parser);
      if (!parser.is_header_done()) arrival.fields.clear();
      arrival.is_too_large = error == http::error::header_limit ||
                             error == http::error::body_limit ||
                             error == http::error::buffer_overflow;
      arrival.problem = error == boost::beast::error::timeout ? "the request did not end in time"
                        : arrival.is_too_large ? "more than 64 KiB of fields or 1 MiB of body"
                                               : error.message();
      handler_(std::move(arrival));
      constexpr std::string_view refusal =
          "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      co_await net::async_write(stream, net::buffer(refusal),
                                net::redirect_error(net::use_awaitable, error));
      break;
    }
    handler_(to_arrival(parser));
    keep = parser.keep_alive();
    const std::string answer = answer_to(parser, keep);
    co_await net::async_write(stream, net::buffer(answer),
                              net::redirect_error(net::use_awaitable, error));
    keep = keep && !error;
    const auto own = std::find(connections_.begin(), connections_.end(), connection);
    if (own != connections_.end()) connections_.splice(connections_.end(), connections_, own);
  }
  boost::system::error_code ignored;
  static_cast<void>(stream.socket().shutdown(tcp::socket::shutdown_send, ignored));
  connections_.remove(connection);
}

}  // namespace baton::tool::probe
