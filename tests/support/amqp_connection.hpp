// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

namespace baton::test {

/// A connection whose other end is this process, and which was not negotiated.
class AmqpConnection {
 public:
  AmqpConnection() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0);
    amqp_tcp_socket_set_sockfd(amqp_tcp_socket_new(state_), ends_[0]);
  }
  ~AmqpConnection() {
    amqp_destroy_connection(state_);
    close_other_end();
  }
  AmqpConnection(const AmqpConnection&) = delete;
  AmqpConnection& operator=(const AmqpConnection&) = delete;

  [[nodiscard]] amqp_connection_state_t get() const { return state_; }

  /// What was sent since the last call; it must not be nothing.
  std::string receive() {
    std::string bytes(4096, '\0');
    bytes.resize(static_cast<std::size_t>(::read(ends_[1], bytes.data(), bytes.size())));
    return bytes;
  }
  void close_other_end() {
    if (ends_[1] >= 0) ::close(std::exchange(ends_[1], -1));
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  amqp_connection_state_t state_ = amqp_new_connection();
};

/// A text as AMQP writes it into the arguments of a method: behind a byte with its size.
inline std::string short_string(std::string_view text) {
  return static_cast<char>(text.size()) + std::string(text);
}

}  // namespace baton::test
