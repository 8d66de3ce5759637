// SPDX-License-Identifier: Apache-2.0
#include "relay.hpp"

#include <boost/asio/post.hpp>

namespace relay {

Relay::Relay(Journal& journal, const RelayOptions& options)
    : broker_(options.is_failing),
      mailer_service_("mailer", journal, options.make_tracer("mailer")),
      shipping_service_("shipping", journal, options.make_tracer("shipping")),
      orders_service_("orders", journal, options.make_tracer("orders")),
      edge_service_("edge", journal, options.make_tracer("edge")),
      mailer_(mailer_service_, tasks_),
      shipping_(shipping_service_, broker_.address(), tasks_),
      orders_(orders_service_, broker_.address()),
      edge_(edge_service_, orders_.address()),
      listener_(io_, 0, edge_.handler(), {.connections = options.max_connections}) {
  thread_ = std::thread([this] { io_.run(); });
}

Relay::~Relay() {
  boost::asio::post(io_, [this] { listener_.stop(); });
  thread_.join();
}

}  // namespace relay
