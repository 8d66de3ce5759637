// SPDX-License-Identifier: Apache-2.0
#include "gateway.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <thread>

namespace gateway {

Gateway::Gateway(net::io_context& io, const Options& options, Metrics& metrics)
    : io_(io),
      options_(options),
      propagation_(options.propagates),
      acceptor_(io, {net::ip::make_address(options.address), options.port}) {
  const auto upstream = tcp::resolver(io).resolve(options.upstream.host, options.upstream.port);
  for (std::size_t i = 0; i < options.threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(options, upstream, propagation_, metrics));
  }
  net::co_spawn(io_, accept(), net::detached);
}

void Gateway::run() {
  std::vector<std::jthread> threads;
  try {
    for (const auto& worker : workers_) threads.emplace_back([&worker] { worker->run(); });
    io_.run();
  } catch (...) {
    for (const auto& worker : workers_) worker->stop();
    throw;
  }
}

void Gateway::stop() {
  is_stopping_ = true;
  acceptor_.close();
  for (const auto& worker : workers_) worker->stop();
}

net::awaitable<void> Gateway::accept() {
  while (!is_stopping_) {
    Worker& worker = least_busy();
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(
        worker.io(), net::redirect_error(net::use_awaitable, error));
    if (!error && connections() < options_.max_connections) {
      worker.serve(std::move(socket));
    } else if (error && !is_stopping_) {
      // For example, out of file descriptors: other connections close after a while.
      net::steady_timer pause(io_, std::chrono::milliseconds(100));
      co_await pause.async_wait(net::use_awaitable);
    }
  }
}

Worker& Gateway::least_busy() {
  return **std::ranges::min_element(workers_, {},
                                    [](const auto& worker) { return worker->connections(); });
}

std::size_t Gateway::connections() const {
  std::size_t sum = 0;
  for (const auto& worker : workers_) sum += worker->connections();
  return sum;
}

}  // namespace gateway
