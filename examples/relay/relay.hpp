// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "edge.hpp"
#include "kafka.hpp"
#include "mailer.hpp"
#include "orders.hpp"
#include "shipping.hpp"

namespace relay {

/// Makes the tracer that makes the spans of a service.
using MakeTracer = std::function<std::shared_ptr<baton::Tracer>(std::string_view service)>;

struct RelayOptions {
  bool is_failing = false;  ///< the broker, at random
  std::size_t max_connections = 256;
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
  [[nodiscard]] unsigned short port() const { return listener_.port(); }
  [[nodiscard]] std::size_t faults() const { return broker_.faults(); }

 private:
  MockBroker broker_;
  TaskQueue tasks_;
  Service mailer_service_;
  Service shipping_service_;
  Service orders_service_;
  Service edge_service_;
  Mailer mailer_;
  Shipping shipping_;
  Orders orders_;
  Edge edge_;
  boost::asio::io_context io_{1};
  example::Listener listener_;
  std::thread thread_;
};

}  // namespace relay
