// SPDX-License-Identifier: Apache-2.0
/// Coroutines without Asio, which continue on any thread of a pool.

#include <latch>

#include "order.hpp"
#include "pool.hpp"
#include "task.hpp"

namespace {

example::Task ship(int order, example::Pool& pool) {
  co_await pool.schedule();
  example::report(order, "shipped");
}

example::Task pay(int order, example::Pool& pool) {
  co_await pool.schedule();
  example::report(order, "paid");
}

example::Detached handle(int order, example::Pool& pool, std::latch& done) {
  example::report(order, "received");
  co_await pay(order, pool);  // in the same context
  const baton::Context shipment = baton::current().child();
  co_await baton::bind(shipment, ship)(order, pool);  // in another one
  example::report(order, "done");
  done.count_down();
}

}  // namespace

int main() {
  constexpr int orders = 3;
  std::latch done(orders);
  example::Pool pool(4);
  for (int order = 1; order <= orders; ++order) {
    baton::bind(example::new_trace(), handle)(order, pool, done);
  }
  done.wait();
}
