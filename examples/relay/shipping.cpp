// SPDX-License-Identifier: Apache-2.0
#include "shipping.hpp"

#include <baton/carriers/kafka.hpp>
#include <exception>
#include <iostream>

namespace relay {

Shipping::Shipping(Service& service, Consumer consumer, Send send)
    : service_(service), consumer_(std::move(consumer)), send_(std::move(send)) {
  thread_ = std::thread([this] { run(); });
}

void Shipping::stop() {
  is_stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Shipping::run() {
  while (!is_stopping_) {
    const std::unique_ptr<RdKafka::Message> message(consumer_->consume(100));
    if (message->err() != RdKafka::ERR_NO_ERROR) continue;
    try {
      ship(*message);
    } catch (const std::exception& exception) {
      std::cerr << "shipping: " << exception.what() << '\n';
    }
  }
  consumer_->close();
}

void Shipping::ship(RdKafka::Message& message) {
  baton::ExtractReport report;
  const auto work = [&] {
    const std::string order(static_cast<const char*>(message.payload()), message.len());
    rd_kafka_headers_t* headers = nullptr;  // the message still owns them
    rd_kafka_message_headers(message.c_ptr(), &headers);
    service_.received("Kafka", order, baton::kafka::ConstHeadersCarrier(headers), report);

    const baton::celery::Task confirm{.name = std::string(task), .args = {order}, .queue = "mail"};
    baton::celery::publish(confirm, send_, {.tracer = service_.tracer()});
  };
  baton::kafka::process(message, work, {.report = &report, .tracer = service_.tracer()});
}

}  // namespace relay
