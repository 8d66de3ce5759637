// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "celery/broker.hpp"
#include "edge.hpp"
#include "journey.hpp"
#include "kafka.hpp"
#include "mailer.hpp"
#include "orders.hpp"
#include "shipping.hpp"

namespace relay {

/// Makes the tracer that makes the spans of a service.
using MakeTracer = std::function<std::shared_ptr<baton::Tracer>(std::string_view service)>;

/// What takes the place of a part of the relay; empty: none.
struct RealParts {
  std::string brokers;             ///< of Kafka
  std::string tasks;               ///< the URL of the Celery workers' broker, in place of `mailer`
  std::string gateway;             ///< `HOST:PORT` of a service between `edge` and `orders`
  unsigned short orders_port = 0;  ///< where that one finds `orders`; 0: any
  /// What `shipping` reads, if a service lies between `orders` and it.
  std::string parcels = std::string(topic);
};

struct RelayOptions {
  bool is_failing = false;  ///< the broker, at random
  std::size_t max_connections = 256;
  RealParts real = {};
  MakeTracer make_tracer;  ///< one for each service
};

/// The four services and what lies between them, on sockets of this host: edge, gRPC, orders,
/// Kafka, shipping, Celery, mailer.
class Relay {
 public:
  Relay(Journal& journal, const RelayOptions& options);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  /// Stops the services, each after the ones that call it.
  ~Relay();

  /// Where the edge listens.
  [[nodiscard]] unsigned short port() const { return listener_->port(); }
  [[nodiscard]] std::size_t faults() const { return broker_ ? broker_->faults() : 0; }

 private:
  Consumer make_consumer(const std::string& parcels) const;
  Shipping::Send make_send();

  std::optional<MockBroker> broker_;  // none: a real one
  std::string brokers_;
  std::unique_ptr<example::Broker> celery_;  // none: `tasks_`
  TaskQueue tasks_;
  Service mailer_service_;
  Service shipping_service_;
  Service orders_service_;
  Service edge_service_;
  std::optional<Mailer> mailer_;
  std::optional<Shipping> shipping_;
  std::optional<Orders> orders_;
  std::optional<Edge> edge_;
  boost::asio::io_context io_{1};
  std::unique_ptr<example::Listener> listener_;
  std::thread thread_;
};

}  // namespace relay
