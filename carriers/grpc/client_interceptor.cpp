// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "baton/carriers/grpc.hpp"

namespace baton::grpc {
namespace {

using ::grpc::experimental::ClientInterceptorFactoryInterface;
using ::grpc::experimental::ClientRpcInfo;
using ::grpc::experimental::InterceptionHookPoints;
using ::grpc::experimental::Interceptor;
using ::grpc::experimental::InterceptorBatchMethods;

const PropagatorChain& chain_of(const ClientInterceptorOptions& options) {
  return options.chain ? *options.chain : global_chain();
}

/// gRPC owns it from its creation, and deletes it with the call, sent or not.
class ClientInterceptor final : public Interceptor {
 public:
  ClientInterceptor(const Context& context, const ClientInterceptorOptions& options)
      : context_(context), options_(&options) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      // The call owns the metadata, and the strings that are added to it.
      chain_of(*options_).inject(
          context_,
          MetadataCarrier(*methods->GetSendInitialMetadata(), options_->max_metadata_size),
          options_->destination);
    }
    methods->Proceed();
  }

 private:
  Context context_;
  // Owned by the factory. The channel owns the factory, and a ClientContext owns its channel.
  const ClientInterceptorOptions* options_;
};

class ClientInterceptorFactory final : public ClientInterceptorFactoryInterface {
 public:
  explicit ClientInterceptorFactory(ClientInterceptorOptions options)
      : options_(std::move(options)) {}

  // gRPC owns the result, and accepts null. It calls this on the thread that makes the call; the
  // hooks may run later, and on another thread.
  Interceptor* CreateClientInterceptor(ClientRpcInfo* /*info*/) override {
    const Context& context = current();
    if (context == Context() && !chain_of(options_).restricts(options_.destination)) return nullptr;
    return new ClientInterceptor(context, options_);
  }

 private:
  ClientInterceptorOptions options_;
};

}  // namespace

std::unique_ptr<ClientInterceptorFactoryInterface> client_interceptor(
    ClientInterceptorOptions options) {
  return std::make_unique<ClientInterceptorFactory>(std::move(options));
}

}  // namespace baton::grpc
