// SPDX-License-Identifier: Apache-2.0
/// Work for a pool of threads, for a thread and for a callback of a library in C.

#include <future>
#include <thread>

#include "order.hpp"
#include "pool.hpp"

namespace {

/// A library in C: calls back with a pointer, on a thread of its own.
std::thread c_library_send(void (*on_sent)(void* data), void* data) {
  return std::thread(on_sent, data);
}

void send_receipt(int order) {
  auto on_sent = baton::bind(baton::current(), [order] { example::report(order, "receipt sent"); });
  using OnSent = decltype(on_sent);
  c_library_send([](void* data) { (*static_cast<OnSent*>(data))(); }, &on_sent).join();
}

void handle(int order, example::Pool& pool) {
  example::report(order, "received");
  pool.submit(baton::bind(baton::current(), [order] { example::report(order, "packed"); }));
  std::thread(baton::bind(baton::current(), example::report), order, "paid").join();
  std::async(std::launch::async, baton::bind(baton::current(), send_receipt), order).get();
  example::report(order, "accepted");
}

}  // namespace

int main() {
  example::Pool pool(4);
  for (int order = 1; order <= 3; ++order) {
    const baton::Context context = example::new_trace();
    const baton::Scope scope(context);
    handle(order, pool);
  }
}
