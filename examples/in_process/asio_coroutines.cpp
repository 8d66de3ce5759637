// SPDX-License-Identifier: Apache-2.0
/// Coroutines of Asio, which continue on any thread of an io_context.

#include <baton/asio.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>

#include "order.hpp"

namespace {

namespace net = boost::asio;

net::awaitable<void> pause() {
  net::steady_timer timer(co_await net::this_coro::executor, std::chrono::milliseconds(1));
  co_await timer.async_wait(net::use_awaitable);
}

net::awaitable<void> ship(int order) {
  co_await pause();
  example::report(order, "shipped");
}

net::awaitable<void> handle(int order) {
  example::report(order, "received");
  co_await pause();
  example::report(order, "paid");
  co_await baton::co_with_context(baton::current().child(), ship(order));
  example::report(order, "done");
}

}  // namespace

int main() {
  net::thread_pool pool(4);
  for (int order = 1; order <= 3; ++order) {
    net::co_spawn(pool, baton::co_with_context(example::new_trace(), handle(order)), net::detached);
  }
  pool.join();
}
