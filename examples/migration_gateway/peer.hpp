// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

#include "http.hpp"

namespace gateway {

using Clock = std::chrono::steady_clock;

/// One end of a connection, a client or the upstream: its socket, the received bytes that are not
/// parsed yet, and its timeouts.
///
/// One read and one write may be in progress at a time. The owner calls `check_deadlines`
/// regularly, which is cheaper than a timer for each operation.
class Peer {
 public:
  /// A longer header is an error.
  static constexpr std::size_t max_head = 32 * 1024;

  Peer(tcp::socket socket, std::chrono::seconds patience);

  [[nodiscard]] tcp::socket& socket() { return socket_; }
  [[nodiscard]] boost::beast::flat_buffer& received() { return received_; }
  [[nodiscard]] bool timed_out() const { return timed_out_; }

  /// A buffer for a part of a body that it sends; the same at every call.
  [[nodiscard]] net::mutable_buffer part();

  /// From now on the peer has its timeout to send more.
  void start_read_clock() { read_deadline_ = Clock::now() + patience_; }
  void stop_read_clock() { read_deadline_ = Clock::time_point::max(); }

  /// Waits for more bytes, and appends them to `received()`.
  net::awaitable<void> receive(error_code& error);
  /// Ends a `receive` in progress with an error, even if it has just received bytes.
  void interrupt_receive();

  /// Reads until the parser has a whole header. Returns the header's size. Its bytes remain in
  /// `received()`, so that the caller can check them as they arrived.
  template <bool is_request, class Body>
  net::awaitable<std::size_t> read_head(http::parser<is_request, Body>& parser, error_code& error);

  template <class Buffers>
  net::awaitable<void> send(Buffers buffers, error_code& error) {
    write_deadline_ = Clock::now() + patience_;
    co_await net::async_write(socket_, buffers, net::redirect_error(net::use_awaitable, error));
    write_deadline_ = Clock::time_point::max();
  }

  /// The same for connecting to the first of several endpoints that answers.
  net::awaitable<void> connect(const tcp::resolver::results_type& endpoints, error_code& error);

  /// Whether the other side has closed, as far as this is known without reading.
  [[nodiscard]] bool has_hung_up();
  /// Whether it is open and has sent nothing, as an idle connection must be.
  [[nodiscard]] bool is_idle();

  void close();
  /// Closes so that the other side cannot take a partial message for a complete one.
  void reset();
  /// Closes so that the other side can still read what was sent to it: closing with unread input
  /// would reset the connection.
  net::awaitable<void> close_gently();

  void check_deadlines(Clock::time_point now);

 private:
  tcp::socket socket_;
  boost::beast::flat_buffer received_;
  std::unique_ptr<char[]> part_;
  std::chrono::seconds patience_;
  Clock::time_point read_deadline_ = Clock::time_point::max();
  Clock::time_point write_deadline_ = Clock::time_point::max();
  bool timed_out_ = false;
  bool is_interrupted_ = false;
};

}  // namespace gateway
