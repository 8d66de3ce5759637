// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "kafka.hpp"
#include "service.hpp"
#include "shop.grpc.pb.h"

namespace relay {

/// Takes orders over gRPC, on a port of 127.0.0.1 (0: any), and writes them to the Kafka topic.
class Orders final : public shop::Orders::CallbackService {
 public:
  Orders(relay::Service& service, const std::string& brokers, unsigned short port = 0);
  Orders(const Orders&) = delete;
  Orders& operator=(const Orders&) = delete;
  ~Orders() override;

  [[nodiscard]] std::string address() const;
  /// Ends the calls, and waits until Kafka has all messages.
  void stop();

 private:
  grpc::ServerUnaryReactor* Place(grpc::CallbackServerContext* call, const shop::Order* order,
                                  shop::Accepted* accepted) override;

  relay::Service& service_;
  Producer producer_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace relay
