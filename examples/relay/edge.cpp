// SPDX-License-Identifier: Apache-2.0
#include "edge.hpp"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <baton/carriers/beast.hpp>
#include <baton/carriers/grpc.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

namespace relay {
namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t max_order = 200;
constexpr std::chrono::seconds patience(30);

bool is_order(std::string_view text) {
  return !text.empty() && text.size() <= max_order &&
         std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// A channel on which every call carries the current context.
std::shared_ptr<grpc::Channel> connect(const std::string& address, baton::Tracer* tracer) {
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(baton::grpc::client_interceptor({.tracer = tracer}));
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      address, grpc::InsecureChannelCredentials(), {}, std::move(interceptors));
}

}  // namespace

Edge::Edge(Service& service, const std::string& orders)
    : service_(service), orders_(shop::Orders::NewStub(connect(orders, service.tracer()))) {}

example::Handler Edge::handler() {
  return [this](const example::Request& request) { return serve(request); };
}

net::awaitable<example::Response> Edge::serve(const example::Request& request) {
  if (request.method() != http::verb::post || request.target() != "/orders") {
    co_return example::make_response(http::status::not_found, "POST /orders\n");
  }
  if (!is_order(request.body())) {
    co_return example::make_response(http::status::bad_request,
                                     "an order is 1 to 200 printable characters of ASCII\n");
  }
  baton::ExtractReport report;
  const auto work = [&]() -> net::awaitable<example::Response> {
    service_.received("HTTP", request.body(), baton::http::BeastCarrier(request), report);
    const grpc::Status status = co_await place(request.body());
    if (!status.ok()) {
      co_return example::make_response(http::status::bad_gateway, status.error_message() + '\n');
    }
    co_return example::make_response(http::status::accepted, "accepted\n");
  };
  co_return co_await baton::http::co_serve(request, work,
                                           {.report = &report,
                                            .tracer = service_.tracer(),
                                            .span_name = "POST /orders",
                                            .answer = baton::http::Answer::both});
}

/// Calls `orders` within the current context.
net::awaitable<grpc::Status> Edge::place(const std::string& order) {
  grpc::ClientContext call;
  call.set_deadline(std::chrono::system_clock::now() + patience);
  shop::Order request;
  request.set_text(order);
  shop::Accepted accepted;
  const auto start = [&](auto handler) {
    // gRPC's callback must be copyable, and comes on a thread of gRPC.
    auto resume = std::make_shared<decltype(handler)>(std::move(handler));
    orders_->async()->Place(&call, &request, &accepted, [resume](grpc::Status status) {
      const auto executor = net::get_associated_executor(*resume);
      net::post(executor,
                [resume, status = std::move(status)]() mutable { (*resume)(std::move(status)); });
    });
  };
  co_return co_await net::async_initiate<decltype(net::use_awaitable), void(grpc::Status)>(
      start, net::use_awaitable);
}

}  // namespace relay
