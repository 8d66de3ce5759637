// SPDX-License-Identifier: Apache-2.0
#include "worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <iostream>
#include <utility>

namespace gateway {

Worker::Worker(const Options& options, const tcp::resolver::results_type& upstream,
               const Propagation& propagation, Metrics& metrics)
    : options_(options),
      upstream_host_(options.upstream.host + ':' + options.upstream.port),
      upstream_(io_, upstream, options.upstream_timeout),
      services_{propagation, upstream_host_, upstream_, metrics, is_stopping_} {
  net::co_spawn(io_, check_deadlines(), net::detached);
}

void Worker::serve(tcp::socket socket) {
  ++connections_;
  auto session = std::make_shared<Session>(std::move(socket), options_.client_timeout, services_);
  net::co_spawn(io_, serve_session(std::move(session)), net::detached);
}

net::awaitable<void> Worker::serve_session(std::shared_ptr<Session> session) {
  sessions_.insert(session.get());
  try {
    co_await session->run();
  } catch (const std::exception& exception) {  // for example, out of memory: drops this connection
    std::cerr << "error: " << exception.what() << '\n';
  }
  sessions_.erase(session.get());
  --connections_;
  if (is_stopping_ && sessions_.empty()) clock_.cancel();
}

net::awaitable<void> Worker::check_deadlines() {
  while (!is_stopping_ || !sessions_.empty()) {
    clock_.expires_after(std::chrono::milliseconds(100));
    error_code ignored;
    co_await clock_.async_wait(net::redirect_error(net::use_awaitable, ignored));
    const Clock::time_point now = Clock::now();
    for (Session* const session : sessions_) {
      session->check_deadlines(now);
      if (now >= end_) session->abort();
    }
  }
  upstream_.clear();
}

void Worker::stop() {
  net::post(io_, [this] {
    is_stopping_ = true;
    end_ = Clock::now() + options_.grace;
    for (Session* const session : sessions_) session->stop();
    clock_.cancel();
  });
}

}  // namespace gateway
