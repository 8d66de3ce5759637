// SPDX-License-Identifier: Apache-2.0
/// Publishes tasks from several threads at once, each in its own trace, and prints what it
/// published: load URL QUEUE THREADS COUNT.

#include <charconv>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "baton/baton.hpp"
#include "celery/broker.hpp"

namespace {

namespace celery = baton::celery;

std::string publish(const std::string& url, const std::string& queue, std::size_t first,
                    std::size_t end) {
  const std::unique_ptr<example::Broker> broker = example::connect(url);
  std::string published;
  for (std::size_t i = first; i < end; ++i) {
    const baton::Context context = baton::Context().child();
    const baton::Scope scope(context);
    const celery::Message message =
        celery::make_message({.name = "shop.count", .args = {i}, .queue = queue});
    broker->publish(message);
    published += message.correlation_id + ' ' + std::to_string(i) + ' ' +
                 std::string(*celery::ConstHeadersCarrier(message.headers).get("traceparent")) +
                 '\n';
  }
  broker->close();
  return published;
}

std::size_t to_number(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const std::string url = arguments[1];
  const std::string queue = arguments[2];
  const std::size_t threads = to_number(arguments[3]);
  const std::size_t each = to_number(arguments[4]) / threads;
  std::vector<std::string> published(threads);
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      try {
        published[i] = publish(url, queue, i * each, (i + 1) * each);
      } catch (const std::exception& error) {
        std::cerr << "load: " << error.what() << '\n';
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const std::string& lines : published) std::cout << lines;
}
