// SPDX-License-Identifier: Apache-2.0
/// Orders on their way through two topics: a producer, a forwarder and a consumer.

#include <charconv>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "roles.hpp"

namespace {

constexpr std::string_view usage =
    "usage: kafka_orders [ROLE] [--brokers HOSTS] [--topic NAME] [--to NAME] [--count N]\n"
    "                    [--pause MICROSECONDS]\n"
    "\n"
    "Sends orders to a topic, on to another one, and shows what arrived there; all on "
    "librdkafka's\n"
    "own mock cluster, or on real brokers.\n"
    "\n"
    "  ROLE      produce, forward or consume alone, on real brokers\n"
    "  --topic   where it produces to, forwards or consumes from (orders)\n"
    "  --to      where it forwards to (orders.checked)\n"
    "  --count   how many orders (3)\n"
    "  --pause   between two orders (0)\n";

struct Options {
  std::string role;
  std::string brokers;
  std::string topic = "orders";
  std::string to = "orders.checked";
  std::size_t count = 3;
  std::size_t pause = 0;
};

bool parse_number(std::string_view text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Options> parse(int count, char** arguments) {
  Options options;
  int i = 1;
  if (i < count && arguments[i][0] != '-') options.role = arguments[i++];
  for (; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const char* const value = arguments[i + 1];
    bool is_good = true;
    if (name == "--brokers") {
      options.brokers = value;
    } else if (name == "--topic") {
      options.topic = value;
    } else if (name == "--to") {
      options.to = value;
    } else if (name == "--count") {
      is_good = parse_number(value, options.count);
    } else if (name == "--pause") {
      is_good = parse_number(value, options.pause);
    } else {
      is_good = false;
    }
    if (!is_good) return std::nullopt;
  }
  if (i != count) return std::nullopt;
  const std::string& role = options.role;
  if (role.empty()) return options;
  const bool is_known = role == "produce" || role == "forward" || role == "consume";
  return is_known && !options.brokers.empty() ? std::optional(options) : std::nullopt;
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
  const std::optional<Options> options = parse(count, arguments);
  if (!options) {
    std::cerr << usage;
    return 2;
  }
  try {
    run(*options);
  } catch (const std::exception& error) {
    std::cerr << "kafka_orders: " << error.what() << '\n';
    return 1;
  }
}
