// SPDX-License-Identifier: Apache-2.0
#include "orders.hpp"

#include <grpcpp/grpcpp.h>

#include <baton/carriers/grpc.hpp>
#include <stdexcept>

namespace relay {

Orders::Orders(relay::Service& service, const std::string& brokers, unsigned short port)
    : service_(service), producer_(make_producer(brokers, service.tracer())) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(baton::grpc::server_interceptor({.tracer = service_.tracer()}));
  grpc::ServerBuilder builder;
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) throw std::runtime_error("orders cannot listen");
}

Orders::~Orders() { stop(); }

std::string Orders::address() const { return "127.0.0.1:" + std::to_string(port_); }

void Orders::stop() {
  server_->Shutdown();
  server_->Wait();
  producer_->flush(30'000);
}

grpc::ServerUnaryReactor* Orders::Place(grpc::CallbackServerContext* call, const shop::Order* order,
                                        shop::Accepted* /*accepted*/) {
  baton::ExtractReport report;
  static_cast<void>(baton::grpc::extract(*call, {.report = &report}));
  service_.received("gRPC", order->text(), baton::grpc::MetadataCarrier(call->client_metadata()),
                    report);

  std::string text = order->text();
  const RdKafka::ErrorCode error = producer_->produce(
      std::string(topic), RdKafka::Topic::PARTITION_UA, RdKafka::Producer::RK_MSG_COPY, text.data(),
      text.size(), nullptr, 0, 0, nullptr);  // the interceptor adds the current context
  grpc::ServerUnaryReactor* const reactor = call->DefaultReactor();
  reactor->Finish(error == RdKafka::ERR_NO_ERROR
                      ? grpc::Status::OK
                      : grpc::Status(grpc::StatusCode::UNAVAILABLE, RdKafka::err2str(error)));
  return reactor;
}

}  // namespace relay
