// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <stdexcept>
#include <utility>

namespace grpc_test {
namespace {

using ::grpc::experimental::ClientInterceptorFactoryInterface;
using ::grpc::experimental::ClientRpcInfo;
using ::grpc::experimental::Interceptor;
using ::grpc::experimental::InterceptorBatchMethods;
using ::grpc::experimental::ServerInterceptorFactoryInterface;
using ::grpc::experimental::ServerRpcInfo;

class LeakDetector final : public Interceptor {
 public:
  void Intercept(InterceptorBatchMethods* methods) override {
    const auto* before = baton::detail::scopes_of_thread().innermost;
    methods->Proceed();
    if (baton::detail::scopes_of_thread().innermost != before) ++leaks;
  }
};

class ServerLeakDetectorFactory final : public ServerInterceptorFactoryInterface {
 public:
  Interceptor* CreateServerInterceptor(ServerRpcInfo* /*info*/) override {
    expect_nothing_current();
    return new LeakDetector();
  }
};

class ClientLeakDetectorFactory final : public ClientInterceptorFactoryInterface {
 public:
  Interceptor* CreateClientInterceptor(ClientRpcInfo* /*info*/) override {
    return new LeakDetector();
  }
};

}  // namespace

std::unique_ptr<ServerInterceptorFactoryInterface> server_leak_detector() {
  return std::make_unique<ServerLeakDetectorFactory>();
}

std::unique_ptr<ClientInterceptorFactoryInterface> client_leak_detector() {
  return std::make_unique<ClientLeakDetectorFactory>();
}

void Server::start(::grpc::ServerBuilder& builder, const ServerSettings& settings) {
  if (settings.is_intercepted) {
    std::vector<std::unique_ptr<ServerInterceptorFactoryInterface>> interceptors;
    interceptors.push_back(
        baton::grpc::server_interceptor({.chain = settings.chain, .tracer = settings.tracer}));
    interceptors.push_back(server_leak_detector());
    builder.experimental().SetInterceptorCreators(std::move(interceptors));
  }
  if (settings.max_metadata_size != 0) {
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, settings.max_metadata_size);
  }
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddListeningPort("127.0.0.1:" + std::to_string(settings.port),
                           ::grpc::InsecureServerCredentials(), &port_);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) throw std::runtime_error("no server could be started");
}

std::shared_ptr<::grpc::Channel> Server::plain_channel() const {
  return ::grpc::CreateChannel(address(), ::grpc::InsecureChannelCredentials());
}

std::shared_ptr<::grpc::Channel> Server::channel(
    baton::grpc::ClientInterceptorOptions options) const {
  return channel_to(address(), std::move(options));
}

std::shared_ptr<::grpc::Channel> channel_to(const std::string& address,
                                            baton::grpc::ClientInterceptorOptions options) {
  std::vector<std::unique_ptr<ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(client_leak_detector());
  interceptors.push_back(baton::grpc::client_interceptor(std::move(options)));
  return ::grpc::experimental::CreateCustomChannelWithInterceptors(
      address, ::grpc::InsecureChannelCredentials(), {}, std::move(interceptors));
}

std::unique_ptr<Server> start_server(Api api, const ServerSettings& settings) {
  switch (api) {
    case Api::synchronous: return start_synchronous_server(settings);
    case Api::callback: return start_callback_server(settings);
    case Api::completion_queue: break;
  }
  return start_queue_server(settings);
}

Found found_in(const baton::Context& context) {
  Found found;
  if (context.trace_id().is_valid()) found.set_trace_id(context.trace_id().to_string());
  if (context.span_context().is_valid()) {
    found.set_span_id(context.span_context().span_id.to_string());
  }
  found.set_trace_state(std::string(context.span_context().trace_state.header()));
  found.set_baggage(std::string(context.baggage().header()));
  found.set_sampled(baton::is_sampled(context.sampling()));
  return found;
}

void fill(const ::grpc::ServerContextBase& server_context, Answer& answer) {
  ++answers;
  answer.Clear();
  *answer.mutable_current() = found_in(baton::current());
  *answer.mutable_of_call() = found_in(baton::grpc::context(server_context));
  const auto expected = server_context.client_metadata().find(expected_trace_id);
  if (expected != server_context.client_metadata().end() &&
      (answer.current().trace_id() != expected->second ||
       answer.of_call().trace_id() != expected->second)) {
    ++wrong_traces;
  }
  for (const auto& [key, value] : server_context.client_metadata()) {
    // gRPC accepts other keys from other implementations, and protobuf does not.
    if (baton::grpc::is_key({key.data(), key.size()})) {
      (*answer.mutable_metadata())[{key.data(), key.size()}] = {value.data(), value.size()};
    }
  }
}

}  // namespace grpc_test
