// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "support/loopback.hpp"

namespace grpc_test {

/// Stands between a client and a server on loopback, and breaks both connections off after a number
/// of the server's bytes, as if one side had been killed. Connections after the first one break at
/// once.
class BreakingProxy {
 public:
  BreakingProxy(const std::string& server, std::size_t bytes)
      : server_(address_of(server)), left_(bytes), thread_([this] { serve(); }) {}
  BreakingProxy(const BreakingProxy&) = delete;
  BreakingProxy& operator=(const BreakingProxy&) = delete;
  ~BreakingProxy() { stop(); }

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + listener_.port(); }

  /// Ends it. Returns how many bytes of the server have passed.
  std::size_t stop() {
    if (thread_.joinable()) {
      listener_.stop();
      thread_.join();
    }
    return passed_;
  }

 private:
  static sockaddr_in address_of(const std::string& text) {
    return baton::test::loopback_address(
        static_cast<std::uint16_t>(std::stoi(text.substr(text.find(':') + 1))));
  }

  void serve() {
    for (int client = 0; (client = listener_.accept()) >= 0;) {
      const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (left_ != 0 &&
          ::connect(server, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) == 0) {
        pass(client, server);
      }
      left_ = 0;
      ::close(server);
      ::close(client);
    }
  }

  /// Until one side closes, or no byte may pass, or it must stop.
  void pass(int client, int server) {
    std::array<pollfd, 3> waiting{
        {{client, POLLIN, 0}, {server, POLLIN, 0}, {listener_.socket(), POLLHUP, 0}}};
    std::array<char, 4096> bytes{};
    while (::poll(waiting.data(), waiting.size(), -1) >= 0) {
      if ((waiting[2].revents & POLLHUP) != 0) return;
      if (waiting[0].revents != 0) {
        const ssize_t got = ::recv(client, bytes.data(), bytes.size(), 0);
        if (got <= 0 || !send(server, bytes.data(), static_cast<std::size_t>(got))) return;
      }
      if (waiting[1].revents != 0) {
        const ssize_t got = ::recv(server, bytes.data(), std::min(bytes.size(), left_), 0);
        if (got <= 0 || !send(client, bytes.data(), static_cast<std::size_t>(got))) return;
        passed_ += static_cast<std::size_t>(got);
        left_ -= static_cast<std::size_t>(got);
        if (left_ == 0) return;
      }
    }
  }
  static bool send(int to, const char* bytes, std::size_t size) {
    return ::send(to, bytes, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
  }

  sockaddr_in server_;
  std::size_t left_;
  std::size_t passed_ = 0;
  baton::test::Listener listener_;
  std::thread thread_;
};

}  // namespace grpc_test
