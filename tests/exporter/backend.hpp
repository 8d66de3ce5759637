// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
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
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  /// Gets the request, and the number of requests before it. Called by several threads.
  using Script = std::function<Reply(const Request&, std::size_t)>;

  explicit Backend(
      Script script = [](const Request&, std::size_t) { return Reply(); }, unsigned short port = 0)
      : script_(std::move(script)),
        acceptor_(io_, {boost::asio::ip::make_address("127.0.0.1"), port}),
        port_(acceptor_.local_endpoint().port()),
        accepting_([this] { accept(); }) {}
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  ~Backend() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
      ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
      for (Socket& socket : sockets_) ::shutdown(socket.native_handle(), SHUT_RDWR);
    }
    changed_.notify_all();
    accepting_.join();
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] unsigned short port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
  }
  /// Waits until that many requests have come.
  [[nodiscard]] bool wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return requests_.size() >= count; });
  }

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void accept() {
    while (true) {
      boost::system::error_code error;
      Socket socket = acceptor_.accept(error);
      const std::lock_guard lock(mutex_);
      if (is_stopping_) return;
      if (error) continue;
      sockets_.push_back(std::move(socket));
      threads_.emplace_back([this, &mine = sockets_.back()] { serve(mine); });
    }
  }

  void serve(Socket& socket) {
    boost::beast::flat_buffer buffer;
    while (true) {
      Request request;
      boost::system::error_code error;
      boost::beast::http::read(socket, buffer, request, error);
      if (error) break;
      std::size_t number = 0;
      {
        const std::lock_guard lock(mutex_);
        number = requests_.size();
        requests_.push_back(request);
      }
      const Reply reply = script_(request, number);
      changed_.notify_all();
      if (reply.is_silent) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return is_stopping_; });
        break;
      }
      if (!reply.raw.empty()) boost::asio::write(socket, boost::asio::buffer(reply.raw), error);
      if (reply.closes) break;
      if (reply.raw.empty()) answer(socket, reply, error);
      if (error || reply.ends_after) break;
    }
    ::shutdown(socket.native_handle(), SHUT_RDWR);
  }

  static void answer(Socket& socket, const Reply& reply, boost::system::error_code& error) {
    boost::beast::http::response<boost::beast::http::string_body> response;
    response.version(11);
    response.result(reply.status);
    for (const auto& [name, value] : reply.fields) response.set(name, value);
    response.body() = reply.body;
    response.prepare_payload();
    boost::beast::http::write(socket, response, error);
  }

  const Script script_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  const unsigned short port_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool is_stopping_ = false;
  std::vector<Request> requests_;
  std::list<Socket> sockets_;
  std::list<std::thread> threads_;
  std::thread accepting_;
};

}  // namespace baton::test
