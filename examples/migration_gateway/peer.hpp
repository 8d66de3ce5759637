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

/// One end of a connection, a client or the upstream: its socket, what it sent that nobody has read
/// yet, and how long it may keep us waiting.
///
/// One read and one write may be under way at a time. Whoever owns it calls `check_deadlines` now
/// and then, which is cheaper than a timer for each operation.
class Peer {
 public:
  /// A header that is longer is an error.
  static constexpr std::size_t max_head = 32 * 1024;

  Peer(tcp::socket socket, std::chrono::seconds patience);

  [[nodiscard]] tcp::socket& socket() { return socket_; }
  [[nodiscard]] boost::beast::flat_buffer& received() { return received_; }
  [[nodiscard]] bool timed_out() const { return timed_out_; }

  /// Room for a part of a body that it sends; the same at every call.
  [[nodiscard]] net::mutable_buffer part();

  /// From now on it has as long as its patience says to send what is being waited for.
  void start_read_clock() { read_deadline_ = Clock::now() + patience_; }
  void stop_read_clock() { read_deadline_ = Clock::time_point::max(); }

  /// Waits for some more bytes, and puts them behind those that were received.
  net::awaitable<void> receive(error_code& error);
  /// Ends a `receive` that is under way with an error, even one that has just got something.
  void interrupt_receive();

  /// Reads until the parser has a whole header. Gives the header's size; its bytes stay in
  /// `received()`, for whoever wants to look at them as they came.
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

  /// Whether the other side has closed, as far as one can know without reading.
  [[nodiscard]] bool has_hung_up();
  /// Whether it is silent and open, as an idle connection has to be.
  [[nodiscard]] bool is_idle();

  void close();
  /// Closes so that the other side cannot take what it got for all there was.
  void reset();
  /// Closes so that the other side can still read what it was sent: closing over unread input would
  /// reset the connection.
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
