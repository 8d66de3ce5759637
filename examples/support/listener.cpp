// SPDX-License-Identifier: Apache-2.0
#include "listener.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <utility>

namespace example {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;
using net::ip::tcp;

/// The response to a request that cannot be read; none if the client waits for none.
std::optional<Response> refusal(const boost::system::error_code& error) {
  if (error == http::error::end_of_stream) return std::nullopt;
  if (error == http::error::body_limit) {
    return make_response(http::status::payload_too_large, "body too large\n");
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return make_response(http::status::request_header_fields_too_large,
                         "header fields too large\n");
  }
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    return make_response(http::status::bad_request, "invalid HTTP request\n");
  }
  return std::nullopt;
}

/// Closes so that the peer can still read what was sent to it: closing with unread input would
/// reset the connection.
net::awaitable<void> close_gently(boost::beast::tcp_stream& stream) {
  constexpr std::size_t patience = 1024 * 1024;
  boost::system::error_code error;
  stream.socket().shutdown(tcp::socket::shutdown_send, error);
  stream.expires_after(std::chrono::seconds(2));
  std::array<char, 4096> ignored;
  for (std::size_t total = 0; !error && total < patience;) {
    total += co_await stream.async_read_some(net::buffer(ignored),
                                             net::redirect_error(net::use_awaitable, error));
  }
}

}  // namespace

Response make_response(http::status status, std::string body, std::string_view content_type) {
  Response response(status, 11);
  response.set(http::field::content_type, {content_type.data(), content_type.size()});
  response.body() = std::move(body);
  return response;
}

Listener::Listener(net::io_context& io, unsigned short port, Handler handler, Limits limits)
    : io_(io),
      acceptor_(io, tcp::endpoint(net::ip::address_v4::loopback(), port)),
      handler_(std::move(handler)),
      limits_(limits) {
  net::co_spawn(io_, accept(), net::detached);
}

void Listener::stop() {
  stopping_ = true;
  acceptor_.close();
  // A cancellation is not enough: a read that has just received bytes would wait for more.
  for (boost::beast::tcp_stream* stream : reading_) stream->close();
}

net::awaitable<void> Listener::accept() {
  while (!stopping_) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(net::redirect_error(net::use_awaitable, error));
    if (!error && connections_ < limits_.connections) {
      net::co_spawn(io_, session(std::move(socket)), net::detached);
    } else if (error && !stopping_) {
      // For example, out of file descriptors: other connections close after a while.
      net::steady_timer pause(io_, std::chrono::milliseconds(100));
      co_await pause.async_wait(net::use_awaitable);
    }
  }
}

net::awaitable<void> Listener::session(tcp::socket socket) {
  ++connections_;
  boost::beast::tcp_stream stream(std::move(socket));
  boost::beast::flat_buffer buffer;
  while (!stopping_ && co_await exchange(stream, buffer)) {
  }
  --connections_;
}

/// One request and its response. Returns whether the connection may be used again.
net::awaitable<bool> Listener::exchange(boost::beast::tcp_stream& stream,
                                        boost::beast::flat_buffer& buffer) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(limits_.header_bytes);
  parser.body_limit(limits_.body_bytes);

  boost::system::error_code error;
  stream.expires_after(limits_.read);
  reading_.insert(&stream);
  co_await http::async_read(stream, buffer, parser, net::redirect_error(net::use_awaitable, error));
  reading_.erase(&stream);

  std::optional<Response> response;
  bool keep_alive = false;
  if (error) {
    response = refusal(error);
    if (!response) co_return false;
  } else {
    keep_alive = parser.get().keep_alive() && !stopping_;
    response = co_await respond(parser.get());
  }
  response->keep_alive(keep_alive);
  response->prepare_payload();
  if (!error && parser.get().method() == http::verb::head) response->body().clear();

  stream.expires_after(limits_.write);
  boost::system::error_code write_error;
  co_await http::async_write(stream, *response,
                             net::redirect_error(net::use_awaitable, write_error));
  if (!keep_alive && !write_error) co_await close_gently(stream);
  co_return keep_alive && !write_error;
}

net::awaitable<Response> Listener::respond(const Request& request) {
  if (request.version() == 11 && request.count(http::field::host) != 1) {
    co_return make_response(http::status::bad_request, "exactly one Host field is required\n");
  }
  try {
    co_return co_await handler_(request);
  } catch (const std::exception& exception) {
    std::cerr << "error: " << exception.what() << '\n';
  }
  co_return make_response(http::status::internal_server_error, "internal error\n");
}

}  // namespace example
