// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <utility>

#include "server.hpp"

namespace grpc_test {

/// A server whose only method is a function of the test.
class FunctionServer final : public Server {
 public:
  using Handler = std::function<::grpc::Status(::grpc::ServerContext&, Answer&)>;

  explicit FunctionServer(Handler handler, const ServerSettings& settings = {}) {
    service_.handler = std::move(handler);
    ::grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    start(builder, settings);
  }
  ~FunctionServer() override { server_->Shutdown(); }

 private:
  struct Service final : Relay::Service {
    ::grpc::Status Unary(::grpc::ServerContext* context, const Ask*, Answer* answer) override {
      return handler(*context, *answer);
    }
    Handler handler;
  };
  Service service_;
};

/// A service config: a call that is UNAVAILABLE is tried again.
inline constexpr const char* retries = R"({"methodConfig": [{"name": [{}], "retryPolicy": {
    "maxAttempts": 5, "initialBackoff": "0.01s", "maxBackoff": "0.01s", "backoffMultiplier": 1,
    "retryableStatusCodes": ["UNAVAILABLE"]}}]})";

inline ::grpc::Status fill_answer(::grpc::ServerContext& context, Answer& answer) {
  fill(context, answer);
  return ::grpc::Status::OK;
}

inline Answer ask(Relay::Stub& stub, ::grpc::ClientContext& context) {
  Answer answer;
  const ::grpc::Status status = stub.Unary(&context, Ask(), &answer);
  EXPECT_TRUE(status.ok()) << status.error_code() << ": " << status.error_message();
  return answer;
}

inline Answer ask(const std::shared_ptr<::grpc::Channel>& channel) {
  ::grpc::ClientContext context;
  return ask(*Relay::NewStub(channel), context);
}

}  // namespace grpc_test
