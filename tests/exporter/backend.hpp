// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace baton::test {

/// What a backend answers.
struct Reply {
  unsigned status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> fields = {};
  std::string raw = {};     ///< instead of an answer
  bool closes = false;      ///< without an answer, or after `raw`
  bool is_silent = false;   ///< until the backend is destroyed
  bool ends_after = false;  ///< closes the connection after the answer
};

/// A trace backend on loopback that keeps what it gets, and answers as the test wants.
class Backend {
 public:
  struct Request {
    std::string target;
    std::string body;
  };
  /// Gets the request, and the number of requests before it. Called by several threads.
  using Script = std::function<Reply(const Request&, std::size_t)>;

  explicit Backend(
      Script script = [](const Request&, std::size_t) { return Reply(); }, unsigned short port = 0);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  ~Backend();

  [[nodiscard]] unsigned short port() const;
  [[nodiscard]] std::string url(const std::string& path) const;
  [[nodiscard]] std::vector<Request> requests() const;
  [[nodiscard]] std::size_t connections() const;
  /// Waits until that many requests have come.
  [[nodiscard]] bool wait_for(std::size_t count) const;

 private:
  class Server;  // Boost.Beast takes seconds to compile

  const std::unique_ptr<Server> server_;
};

/// An address at which connections wait for ever: its backlog is full.
class SilentAddress {
 public:
  explicit SilentAddress(const char* host, unsigned short port = 0);
  SilentAddress(const SilentAddress&) = delete;
  SilentAddress& operator=(const SilentAddress&) = delete;
  ~SilentAddress();

  [[nodiscard]] unsigned short port() const;

 private:
  struct Sockets;

  const std::unique_ptr<Sockets> sockets_;
};

}  // namespace baton::test
