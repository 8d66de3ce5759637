// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace baton::test {

inline sockaddr_in loopback_address(std::uint16_t port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Listens on 127.0.0.1, at a port that was free.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, any, size) != 0 || ::listen(socket_, 16) != 0 ||
        ::getsockname(socket_, any, &size) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot listen");
    }
    port_ = std::to_string(ntohs(address.sin_port));
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(socket_); }

  [[nodiscard]] const std::string& port() const noexcept { return port_; }
  [[nodiscard]] int socket() const noexcept { return socket_; }

  /// The next connection, which the caller closes; negative after `stop`.
  [[nodiscard]] int accept() const noexcept {
    return ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  }
  /// Ends `accept` of another thread.
  void stop() const noexcept { ::shutdown(socket_, SHUT_RDWR); }

 private:
  int socket_;
  std::string port_;
};

}  // namespace baton::test
