// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "support/amqp_connection.hpp"
#include "support/loopback.hpp"

/// Redis and RabbitMQ as far as the tests of their failures need them: each breaks its connection
/// off after a number of bytes.
namespace celery_test {

using baton::test::short_string;

/// A server on loopback, for one connection, on which it sends at most a number of bytes.
class DyingServer {
 public:
  explicit DyingServer(std::size_t bytes) : left_(bytes) {}
  DyingServer(const DyingServer&) = delete;
  DyingServer& operator=(const DyingServer&) = delete;
  virtual ~DyingServer() = default;

  /// Serves while `work` runs. Returns how many bytes it has sent.
  template <class Work>
  std::size_t serve(Work&& work) {
    std::thread server([this] {
      connection_ = listener_.accept();
      if (connection_ < 0) return;
      talk();
      ::close(connection_);
    });
    std::forward<Work>(work)();
    listener_.stop();  // if no client has connected
    server.join();
    return sent_;
  }

  [[nodiscard]] const std::string& port() const noexcept { return listener_.port(); }

 protected:
  /// Answers until the client closes, or until `send` says no.
  virtual void talk() = 0;

  /// Sends what may still be sent. False: the connection has broken off.
  bool send(std::string_view text) {
    const std::size_t size = std::min(text.size(), left_);
    if (size != 0 && ::send(connection_, text.data(), size, MSG_NOSIGNAL) < 0) return false;
    left_ -= size;
    sent_ += size;
    return size == text.size();
  }
  /// Exactly so many bytes; nothing if the client closes.
  std::string receive(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t got = 0; got < size;) {
      const ssize_t more = ::recv(connection_, text.data() + got, size - got, 0);
      if (more <= 0) return {};
      got += static_cast<std::size_t>(more);
    }
    return text;
  }

 private:
  baton::test::Listener listener_;
  int connection_ = -1;
  std::size_t left_;
  std::size_t sent_ = 0;
};

/// Has one message in each queue, and takes all others.
class DyingRedis final : public DyingServer {
 public:
  DyingRedis(std::size_t bytes, std::string message)
      : DyingServer(bytes), message_(std::move(message)) {}

  [[nodiscard]] std::string url() const { return "redis://127.0.0.1:" + port() + "/0"; }

 private:
  void talk() override {
    for (;;) {
      const std::size_t words = number('*');
      if (words == 0) return;
      std::string command;
      for (std::size_t i = 0; i < words; ++i) {
        const std::string word = receive(number('$') + 2);
        if (word.empty()) return;
        if (i == 0) command = word.substr(0, word.size() - 2);
      }
      if (!send(answer(command))) return;
    }
  }
  std::string answer(const std::string& command) const {
    if (command == "SELECT") return "+OK\r\n";
    if (command == "LMOVE") return "$-1\r\n";
    if (command == "BLMOVE") {
      return "$" + std::to_string(message_.size()) + "\r\n" + message_ + "\r\n";
    }
    return ":1\r\n";
  }
  /// That of a line `*3` or `$5`; zero if the client closes.
  std::size_t number(char kind) {
    std::string line;
    while (!line.ends_with("\r\n")) {
      const std::string byte = receive(1);
      if (byte.empty()) return 0;
      line += byte;
    }
    return line[0] == kind ? std::stoul(line.substr(1)) : 0;
  }

  std::string message_;
};

/// The same, in AMQP 0-9-1.
class DyingRabbitMq final : public DyingServer {
 public:
  DyingRabbitMq(std::size_t bytes, std::string body) : DyingServer(bytes), body_(std::move(body)) {}

  [[nodiscard]] std::string url() const { return "amqp://guest:guest@127.0.0.1:" + port() + "/a"; }

 private:
  template <class Number>
  static std::string big_endian(Number number) {
    std::string bytes;
    for (std::size_t i = sizeof number; i-- > 0;) {
      bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> (8 * i));
    }
    return bytes;
  }
  static std::string long_text(std::string_view text) {
    return big_endian(static_cast<std::uint32_t>(text.size())) + std::string(text);
  }
  static std::string frame(char type, std::uint16_t channel, const std::string& payload) {
    return type + big_endian(channel) + long_text(payload) + '\xce';
  }
  static std::string method(std::uint16_t channel, std::uint16_t group, std::uint16_t number,
                            const std::string& arguments = {}) {
    return frame(1, channel, big_endian(group) + big_endian(number) + arguments);
  }

  void talk() override {
    if (receive(8).empty()) return;  // the protocol's name
    const std::string empty_table(4, '\0');
    const std::string version("\0\x9", 2);
    if (!send(method(0, 10, 10, version + empty_table + long_text("PLAIN") + long_text("en_US")))) {
      return;
    }
    for (;;) {
      const std::string head = receive(7);
      if (head.empty()) return;
      const auto byte = [](char c) { return static_cast<unsigned char>(c); };
      const std::size_t size = std::size_t{byte(head[5])} << 8 | byte(head[6]);
      const std::string payload = receive(size + 1);
      if (payload.empty()) return;
      if (head[0] != 1) continue;  // of a message
      if (!send(answer(byte(payload[1]), byte(payload[3])))) return;
    }
  }

  [[nodiscard]] std::string answer(unsigned group, unsigned number) const {
    const auto is = [&](unsigned a, unsigned b) { return group == a && number == b; };
    if (is(10, 11)) {
      return method(0, 10, 30,
                    big_endian(std::uint16_t{9}) + big_endian(std::uint32_t{131072}) +
                        big_endian(std::uint16_t{0}));
    }
    if (is(10, 40)) return method(0, 10, 41, short_string(""));
    if (is(10, 50)) return method(0, 10, 51);
    if (is(20, 10)) return method(1, 20, 11, long_text(""));
    if (is(20, 40)) return method(1, 20, 41);
    if (is(50, 10)) return method(1, 50, 11, short_string("orders") + std::string(8, '\0'));
    if (is(60, 10)) return method(1, 60, 11);
    if (is(60, 20)) return method(1, 60, 21, short_string("tag")) + delivery();
    return {};
  }

  [[nodiscard]] std::string delivery() const {
    const std::string headers = short_string("task") + 'S' + long_text("shop.add") +
                                short_string("id") + 'S' + long_text("1");
    constexpr std::uint16_t flags = 1U << 15U | 1U << 14U | 1U << 13U;
    const std::string properties =
        short_string("application/json") + short_string("utf-8") + long_text(headers);
    return method(1, 60, 60,
                  short_string("tag") + big_endian(std::uint64_t{1}) + '\0' + short_string("") +
                      short_string("orders")) +
           frame(2, 1,
                 big_endian(std::uint16_t{60}) + big_endian(std::uint16_t{0}) +
                     big_endian(std::uint64_t{body_.size()}) + big_endian(flags) + properties) +
           frame(3, 1, body_);
  }

  std::string body_;
};

}  // namespace celery_test
