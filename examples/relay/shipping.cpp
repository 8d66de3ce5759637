// SPDX-License-Identifier: Apache-2.0
#include "shipping.hpp"

#include <baton/carriers/kafka.hpp>

namespace relay {

Shipping::Shipping(Service& service, const std::string& brokers, TaskQueue& queue)
    : service_(service), consumer_(make_consumer(brokers)), queue_(queue) {
  thread_ = std::thread([this] { run(); });
}

void Shipping::stop() {
  is_stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Shipping::run() {
  while (!is_stopping_) {
    const std::unique_ptr<RdKafka::Message> message(consumer_->consume(100));
    if (message->err() == RdKafka::ERR_NO_ERROR) ship(*message);
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
    baton::celery::publish(confirm,
                           [this](const baton::celery::Message& mail) { queue_.push(mail); },
                           {.tracer = service_.tracer()});
  };
  baton::kafka::process(message, work, {.report = &report, .tracer = service_.tracer()});
}

}  // namespace relay
