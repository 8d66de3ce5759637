// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/listener.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
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
    if (!error && connections_ < max_connections) {
      net::co_spawn(io_, serve(std::move(socket)), net::detached);
    } else if (error) {
      // For example, out of file descriptors: other connections close after a while.
      net::steady_timer pause(io_, std::chrono::milliseconds(100));
      co_await pause.async_wait(net::redirect_error(net::use_awaitable, error));
    }
  }
}

net::awaitable<void> Listener::serve(tcp::socket socket) {
  ++connections_;
  boost::beast::tcp_stream stream(std::move(socket));
  boost::beast::flat_buffer buffer;
  for (bool keep = true; keep;) {
    Parser parser;
    parser.header_limit(max_header_bytes);
    parser.body_limit(max_body_bytes);
    stream.expires_after(timeout_);
    boost::system::error_code error;
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
      Arrival arrival = parser.is_header_done() ? to_arrival(parser) : Arrival();
      arrival.problem = error == boost::beast::error::timeout ? "the request did not end in time"
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
  }
  boost::system::error_code ignored;
  static_cast<void>(stream.socket().shutdown(tcp::socket::shutdown_send, ignored));
  --connections_;
}

}  // namespace baton::tool::probe
