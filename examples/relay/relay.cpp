// SPDX-License-Identifier: Apache-2.0
#include "relay.hpp"

#include <boost/asio/post.hpp>

namespace relay {

Relay::Relay(Journal& journal, const RelayOptions& options)
    : brokers_(options.real.brokers),
      mailer_service_("mailer", journal, options.make_tracer("mailer")),
      shipping_service_("shipping", journal, options.make_tracer("shipping")),
      orders_service_("orders", journal, options.make_tracer("orders")),
      edge_service_("edge", journal, options.make_tracer("edge")) {
  if (brokers_.empty()) brokers_ = broker_.emplace(options.is_failing).address();
  if (options.real.tasks.empty()) {
    mailer_.emplace(mailer_service_, tasks_);
  } else {
    celery_ = example::connect(options.real.tasks);
  }
  shipping_.emplace(shipping_service_, make_consumer(options.real.parcels), make_send());
  orders_.emplace(orders_service_, brokers_, options.real.orders_port);
  edge_.emplace(edge_service_,
                options.real.gateway.empty() ? orders_->address() : options.real.gateway);
  listener_ = std::make_unique<example::Listener>(
      io_, 0, edge_->handler(), example::Limits{.connections = options.max_connections});
  thread_ = std::thread([this] { io_.run(); });
}

Consumer Relay::make_consumer(const std::string& parcels) const {
  return broker_ ? make_mock_consumer(brokers_) : make_group_consumer(brokers_, parcels);
}

Shipping::Send Relay::make_send() {
  if (celery_ == nullptr) return [this](const auto& message) { tasks_.push(message); };
  return [this](const auto& message) { celery_->publish(message); };
}

Relay::~Relay() {
  boost::asio::post(io_, [this] { listener_->stop(); });
  thread_.join();
}

}  // namespace relay
