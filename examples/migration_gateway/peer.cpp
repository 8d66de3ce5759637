// SPDX-License-Identifier: Apache-2.0
#include "peer.hpp"

#include <boost/asio/connect.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/read_size.hpp>
#include <boost/beast/http/error.hpp>
#include <string_view>
#include <utility>

namespace gateway {
namespace {

constexpr std::size_t usual_read = 16 * 1024;
constexpr std::size_t max_received = 2 * Peer::max_head;

bool has_bare_lf(std::string_view text) {
  for (auto lf = text.find('\n'); lf != text.npos; lf = text.find('\n', lf + 1)) {
    if (lf == 0 || text[lf - 1] != '\r') return true;
  }
  return false;
}

}  // namespace

Peer::Peer(tcp::socket socket, std::chrono::seconds patience)
    : socket_(std::move(socket)), received_(max_received), patience_(patience) {
  received_.reserve(usual_read);
}

net::mutable_buffer Peer::part() {
  if (part_ == nullptr) part_ = std::make_unique_for_overwrite<char[]>(usual_read);
  return {part_.get(), usual_read};
}

net::awaitable<void> Peer::receive(error_code& error) {
  const std::size_t room = boost::beast::read_size(received_, usual_read);
  if (room == 0) {
    error = http::error::buffer_overflow;
    co_return;
  }
  const std::size_t size = co_await socket_.async_read_some(
      received_.prepare(room), net::redirect_error(net::use_awaitable, error));
  received_.commit(size);
  if (std::exchange(is_interrupted_, false)) error = net::error::operation_aborted;
  if (error && timed_out_) error = boost::beast::error::timeout;
}

void Peer::interrupt_receive() {
  is_interrupted_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

template <bool is_request, class Body>
net::awaitable<std::size_t> Peer::read_head(http::parser<is_request, Body>& parser,
                                            error_code& error) {
  std::size_t parsed = 0;
  while (!parser.is_header_done()) {
    const auto text = static_cast<const char*>(received_.data().data());
    const std::size_t size = received_.size();
    if (parsed == 0 && std::string_view(text, size).starts_with("\r\n")) {
      received_.consume(2);  // RFC 9112, §2.2: some clients send an extra CRLF
      continue;
    }
    if (size > parsed) {
      parsed += parser.put(net::buffer(text + parsed, size - parsed), error);
      if (parser.is_header_done() && !error) break;
      if (error && error != http::error::need_more) co_return 0;
      error.clear();
    }
    // Beast parses a partial header only when it ends with CRLF CRLF. This one may never do so.
    if (has_bare_lf({text, size})) {
      error = http::error::bad_line_ending;
      co_return 0;
    }
    if (size >= max_head) {
      error = http::error::header_limit;
      co_return 0;
    }
    co_await receive(error);
    if (error == net::error::eof) {
      error = size == 0 ? http::error::end_of_stream : http::error::partial_message;
    }
    if (error) co_return 0;
  }
  // Beast's own limit is per call of `put`.
  if (parsed > max_head) error = http::error::header_limit;
  stop_read_clock();
  co_return parsed;
}

template net::awaitable<std::size_t> Peer::read_head(RequestParser&, error_code&);
template net::awaitable<std::size_t> Peer::read_head(ResponseParser&, error_code&);

net::awaitable<void> Peer::connect(const tcp::resolver::results_type& endpoints,
                                   error_code& error) {
  write_deadline_ = Clock::now() + patience_;
  co_await net::async_connect(socket_, endpoints, net::redirect_error(net::use_awaitable, error));
  write_deadline_ = Clock::time_point::max();
  if (error) co_return;
  socket_.set_option(tcp::no_delay(true), error);
}

namespace {

/// What a read would find: bytes, nothing (`would_block`), or an end.
error_code peek(tcp::socket& socket) {
  char byte = 0;
  error_code error;
  socket.non_blocking(true, error);
  if (!error) socket.receive(net::buffer(&byte, 1), tcp::socket::message_peek, error);
  return error;
}

}  // namespace

bool Peer::has_hung_up() {
  const error_code error = peek(socket_);
  return error && error != net::error::would_block;
}

bool Peer::is_idle() { return received_.size() == 0 && peek(socket_) == net::error::would_block; }

void Peer::close() {
  error_code ignored;
  socket_.close(ignored);
}

void Peer::reset() {
  error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);
  close();
}

net::awaitable<void> Peer::close_gently() {
  constexpr std::size_t enough = 1024 * 1024;
  error_code error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  is_interrupted_ = false;
  patience_ = std::min(patience_, std::chrono::seconds(2));
  start_read_clock();
  for (std::size_t total = 0; !error && total < enough; total += received_.size()) {
    received_.clear();
    co_await receive(error);
  }
  close();
}

void Peer::check_deadlines(Clock::time_point now) {
  if (now < read_deadline_ && now < write_deadline_) return;
  timed_out_ = true;
  read_deadline_ = write_deadline_ = Clock::time_point::max();
  close();
}

}  // namespace gateway
