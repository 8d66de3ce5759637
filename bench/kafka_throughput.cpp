// SPDX-License-Identifier: Apache-2.0
// How many small messages a producer sends, with and without `instrument`, in pairs: each pair runs
// both in sequence, in alternating order, and the median of the ratios counts. On the brokers of
// the environment variable KAFKA_BROKERS, or else on librdkafka's mock cluster, in this process.

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <algorithm>
#include <baton/baton.hpp>
#include <baton/carriers/kafka.hpp>
#include <chrono>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum class Way {
  plain,         ///< no headers at all
  by_hand,       ///< traceparent alone, formatted and added by the code that produces
  instrumented,  ///< the same header, by `instrument`
};

struct Destroy {
  void operator()(rd_kafka_t* client) const noexcept { rd_kafka_destroy(client); }
};
using Client = std::unique_ptr<rd_kafka_t, Destroy>;

void set(rd_kafka_conf_t* conf, const char* name, const char* value) {
  char reason[512];
  if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) != RD_KAFKA_CONF_OK) {
    throw std::runtime_error(reason);
  }
}

std::size_t delivered = 0;

Client make_producer(Way way) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  if (const char* brokers = std::getenv("KAFKA_BROKERS")) {
    set(conf, "bootstrap.servers", brokers);
  } else {
    set(conf, "test.mock.num.brokers", "1");
  }
  set(conf, "log_level", "3");
  set(conf, "linger.ms", "5");
  set(conf, "batch.num.messages", "10000");
  rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++delivered;
  });
  if (way == Way::instrumented) baton::kafka::instrument(*conf);
  char reason[512];
  Client client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason));
  if (client == nullptr) throw std::runtime_error(reason);
  return client;
}

void produce(rd_kafka_t* producer, Way way, const baton::Context& context, std::string& value) {
  rd_kafka_vu_t parts[4]{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = "orders";
  parts[1].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[1].u.mem = {value.data(), value.size()};
  parts[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[2].u.i = RD_KAFKA_MSG_F_COPY;
  std::size_t count = 3;
  if (way == Way::by_hand) {
    char parent[baton::Traceparent::size];
    const baton::SpanContext& span = context.span_context();
    baton::Traceparent{span.trace_id, span.span_id, span.flags}.write(parent);
    parts[3].vtype = RD_KAFKA_VTYPE_HEADERS;
    parts[3].u.headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(parts[3].u.headers, "traceparent", -1, parent, sizeof parent);
    count = 4;
  }
  while (rd_kafka_error_t* const error = rd_kafka_produceva(producer, parts, count)) {
    const bool is_full = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    rd_kafka_error_destroy(error);
    if (!is_full) throw std::runtime_error("a message was refused");
    rd_kafka_poll(producer, 1);
  }
}

double messages_per_second(Way way, std::size_t count) {
  const Client producer = make_producer(way);
  const baton::Context context = baton::Context().child();
  const baton::Scope scope(context);
  std::string value(100, 'v');
  delivered = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    produce(producer.get(), way, context, value);
    if (i % 1000 == 0) rd_kafka_poll(producer.get(), 0);
  }
  rd_kafka_flush(producer.get(), 60000);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  if (delivered != count) throw std::runtime_error("not all messages were delivered");
  return static_cast<double>(count) / time.count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void compare(std::string_view title, Way floor, Way subject, std::size_t count, int pairs) {
  std::vector<double> ratios;
  std::vector<double> rates;
  for (int pair = 0; pair < pairs; ++pair) {
    const bool floor_first = pair % 2 == 0;
    const double first = messages_per_second(floor_first ? floor : subject, count);
    const double second = messages_per_second(floor_first ? subject : floor, count);
    ratios.push_back(floor_first ? second / first : first / second);
    rates.push_back(floor_first ? second : first);
  }
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  std::cout << std::left << std::setw(44) << title << std::right << std::fixed
            << std::setprecision(0) << std::setw(12) << median(rates) << std::setprecision(1)
            << std::setw(9) << 100 * median(ratios) << " %   " << 100 * *least << " to "
            << 100 * *most << " %\n";
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000000;
  const auto pairs = static_cast<int>(argc > 2 ? std::strtol(argv[2], nullptr, 10) : 5);
  if (count == 0 || pairs <= 0) {
    std::cerr << "usage: kafka_throughput [MESSAGES [PAIRS]]\n";
    return 2;
  }
  try {
    messages_per_second(Way::plain, count / 10 + 1);  // creates the topic, and warms up the broker
    std::cout << "messages of 100 bytes                          per second    ratio   range\n";
    compare("a traceparent by hand, beside no headers", Way::plain, Way::by_hand, count, pairs);
    compare("instrumented, beside no headers", Way::plain, Way::instrumented, count, pairs);
    compare("instrumented, beside it by hand", Way::by_hand, Way::instrumented, count, pairs);
  } catch (const std::exception& error) {
    std::cerr << "kafka_throughput: " << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
