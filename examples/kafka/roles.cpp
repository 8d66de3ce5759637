// SPDX-License-Identifier: Apache-2.0
#include "roles.hpp"

#include <baton/baton.hpp>
#include <baton/carriers/kafka.hpp>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace orders {
namespace {

constexpr int timeout_ms = 30000;

void show(std::string_view what, std::string_view order, const baton::Context& context) {
  const baton::SpanContext& span = context.span_context();
  std::cout << what << ' ' << order << "  trace " << span.trace_id << "  span " << span.span_id
            << "  baggage " << context.baggage().header() << '\n';
}

std::string_view value_of(const RdKafka::Message& message) {
  return {static_cast<const char*>(message.payload()), message.len()};
}

std::unique_ptr<RdKafka::Message> next(RdKafka::KafkaConsumer& consumer) {
  while (true) {
    std::unique_ptr<RdKafka::Message> message(consumer.consume(timeout_ms));
    if (message->err() == RdKafka::ERR_NO_ERROR) return message;
    if (message->err() == RdKafka::ERR__TIMED_OUT) throw std::runtime_error("no message arrived");
  }
}

void place(RdKafka::Producer& producer, const std::string& topic, std::string order) {
  const RdKafka::ErrorCode error =
      producer.produce(topic, RdKafka::Topic::PARTITION_UA, RdKafka::Producer::RK_MSG_COPY,
                       order.data(), order.size(), nullptr, 0, 0, nullptr);
  if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
}

}  // namespace

void produce(RdKafka::Producer& producer, const std::string& topic, std::size_t count,
             std::chrono::microseconds pause) {
  baton::IdTracer tracer;  // the orders begin here; the other roles forward
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string order = "order-" + std::to_string(i);
    baton::Context start;
    start.set_baggage(baton::Baggage().set("order", order).value());
    const baton::Span span(&tracer, {.parent = start, .name = "order"});
    const baton::Scope scope(span.context());
    place(producer, topic, order);  // the interceptor adds the current context
    show("produced", order, span.context());
    producer.poll(0);
    std::this_thread::sleep_for(pause);
  }
  flush(producer);
}

void forward(RdKafka::KafkaConsumer& consumer, RdKafka::Producer& producer, const std::string& to,
             std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::unique_ptr<RdKafka::Message> message = next(consumer);
    baton::kafka::process(*message, [&](RdKafka::Message& order) {
      const RdKafka::ErrorCode error = baton::kafka::forward(producer, to.c_str(), order);
      if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error(RdKafka::err2str(error));
      show("forwarded", value_of(order), baton::current());
    });
    producer.poll(0);
  }
  flush(producer);
}

void consume(RdKafka::KafkaConsumer& consumer, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::unique_ptr<RdKafka::Message> message = next(consumer);
    baton::ExtractReport report;
    show("consumed", value_of(*message), baton::kafka::extract(*message, {.report = &report}));
    for (const auto& issue : report.issues()) {
      std::cout << "  " << issue.field << ": " << issue.error.message() << '\n';
    }
  }
}

}  // namespace orders
