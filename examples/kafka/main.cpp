// SPDX-License-Identifier: Apache-2.0
/// Orders in two topics: a producer, a forwarder and a consumer.

#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "roles.hpp"
#include "support/options.hpp"

namespace {

struct Options {
  std::string role;
  std::string brokers;
  std::string topic = "orders";
  std::string to = "orders.checked";
  std::size_t count = 3;
  std::size_t pause = 0;
};

void add_options(CLI::App& app, Options& options) {
  CLI::Option* const brokers =
      app.add_option("--brokers", options.brokers, "The brokers; default: a mock cluster")
          ->type_name("HOSTS");
  app.add_option("role", options.role, "Run only this part, on real brokers")
      ->type_name("ROLE")
      ->check(CLI::IsMember({"produce", "forward", "consume"}))
      ->needs(brokers);
  app.add_option("--topic", options.topic, "The topic to produce to, or to forward or consume from")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--to", options.to, "The topic to forward to")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--count", options.count, "The number of orders")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--pause", options.pause, "The pause between two orders")
      ->type_name("MICROSECONDS")
      ->capture_default_str();
}

void run(const Options& options) {
  const auto does = [&](std::string_view role) {
    return options.role.empty() || options.role == role;
  };
  const std::chrono::microseconds pause(options.pause);
  const std::string& last = options.role == "consume" ? options.topic : options.to;
  const orders::Producer producer = orders::make_producer(options.brokers);
  const std::string brokers =
      options.brokers.empty() ? orders::mock_brokers(*producer) : options.brokers;

  if (does("produce")) orders::produce(*producer, options.topic, options.count, pause);
  if (does("forward")) {
    const orders::Consumer consumer = orders::make_consumer(brokers, options.topic);
    orders::forward(*consumer, *producer, options.to, options.count);
    consumer->close();
  }
  if (does("consume")) {
    const orders::Consumer consumer = orders::make_consumer(brokers, last);
    orders::consume(*consumer, options.count);
    consumer->close();
  }
}

}  // namespace

int main(int count, char** arguments) {
  Options options;
  CLI::App app(
      "Sends orders to a topic, forwards them to another one, and shows what arrives there: on\n"
      "librdkafka's own mock cluster, or on real brokers.",
      "kafka_orders");
  add_options(app, options);
  if (const std::optional<int> status = example::parse_options(app, count, arguments)) {
    return *status;
  }
  try {
    run(options);
  } catch (const std::exception& error) {
    std::cerr << "kafka_orders: " << error.what() << '\n';
    return 1;
  }
}
