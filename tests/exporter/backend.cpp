// SPDX-License-Identifier: Apache-2.0
#include "exporter/backend.hpp"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace http = boost::beast::http;
namespace net = boost::asio;

namespace baton::test {

class Backend::Server {
 public:
  Server(Script script, unsigned short port)
      : script_(std::move(script)),
        acceptor_(io_, {net::ip::make_address("127.0.0.1"), port}),
        port_(acceptor_.local_endpoint().port()),
        accepting_([this] { accept(); }) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
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
  [[nodiscard]] std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  [[nodiscard]] std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
  }
  [[nodiscard]] bool wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return requests_.size() >= count; });
  }

 private:
  using Socket = net::ip::tcp::socket;

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
      http::request<http::string_body> message;
      boost::system::error_code error;
      http::read(socket, buffer, message, error);
      if (error) break;
      const Request request{message.target(), std::move(message.body())};
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
      if (!reply.raw.empty()) net::write(socket, net::buffer(reply.raw), error);
      if (reply.closes) break;
      if (reply.raw.empty()) answer(socket, reply, error);
      if (error || reply.ends_after) break;
    }
    ::shutdown(socket.native_handle(), SHUT_RDWR);
  }

  static void answer(Socket& socket, const Reply& reply, boost::system::error_code& error) {
    http::response<http::string_body> response;
    response.version(11);
    response.result(reply.status);
    for (const auto& [name, value] : reply.fields) response.set(name, value);
    response.body() = reply.body;
    response.prepare_payload();
    http::write(socket, response, error);
  }

  const Script script_;
  net::io_context io_;
  net::ip::tcp::acceptor acceptor_;
  const unsigned short port_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool is_stopping_ = false;
  std::vector<Request> requests_;
  std::list<Socket> sockets_;
  std::list<std::thread> threads_;
  std::thread accepting_;
};

Backend::Backend(Script script, unsigned short port)
    : server_(std::make_unique<Server>(std::move(script), port)) {}

Backend::~Backend() = default;

unsigned short Backend::port() const { return server_->port(); }

std::string Backend::url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + path;
}

std::vector<Backend::Request> Backend::requests() const { return server_->requests(); }

std::size_t Backend::connections() const { return server_->connections(); }

bool Backend::wait_for(std::size_t count) const { return server_->wait_for(count); }

struct SilentAddress::Sockets {
  net::io_context io;
  net::ip::tcp::acceptor full{io};
  std::vector<net::ip::tcp::socket> waiting;
};

SilentAddress::SilentAddress(const char* host, unsigned short port)
    : sockets_(std::make_unique<Sockets>()) {
  auto& full = sockets_->full;
  full.open(net::ip::tcp::v4());
  full.bind({net::ip::make_address(host), port});
  full.listen(0);
  const auto address = full.local_endpoint();
  for (int i = 0; i < 4; ++i) {
    auto& socket = sockets_->waiting.emplace_back(sockets_->io, net::ip::tcp::v4());
    socket.non_blocking(true);
    static_cast<void>(
        ::connect(socket.native_handle(), address.data(), static_cast<socklen_t>(address.size())));
  }
}

SilentAddress::~SilentAddress() = default;

unsigned short SilentAddress::port() const { return sockets_->full.local_endpoint().port(); }

}  // namespace baton::test
