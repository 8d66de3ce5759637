// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "service.hpp"
#include "shop.grpc.pb.h"
#include "support/listener.hpp"

namespace relay {

/// The service for callers, over HTTP: `POST /orders` with an order of printable ASCII. Passes the
/// order on to `orders` over gRPC.
class Edge {
 public:
  Edge(Service& service, const std::string& orders);

  /// For a Listener. This must outlive it.
  [[nodiscard]] example::Handler handler();

 private:
  boost::asio::awaitable<example::Response> serve(const example::Request& request);
  boost::asio::awaitable<grpc::Status> place(const std::string& order);

  Service& service_;
  std::unique_ptr<shop::Orders::Stub> orders_;
};

}  // namespace relay
