// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "baton/carriers/grpc.hpp"
#include "carriers/grpc/call_span.hpp"
#include "carriers/grpc/whole_formats.hpp"

namespace baton::grpc {
namespace {

using ::grpc::StatusCode;
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
  ClientInterceptor(Span span, const ClientInterceptorOptions& options)
      : span_(std::move(span)), options_(&options) {}
  ClientInterceptor(const ClientInterceptor&) = delete;
  ClientInterceptor& operator=(const ClientInterceptor&) = delete;
  /// A span that has not ended is that of a call whose status nobody waited for.
  ~ClientInterceptor() override { end(StatusCode::CANCELLED); }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      // The call owns the metadata, and the strings that are added to it.
      const MetadataCarrier carrier(*methods->GetSendInitialMetadata(),
                                    options_->max_metadata_size);
      const PropagatorChain& chain = chain_of(*options_);
      chain.inject(span_.context(), internal::WholeFormats(carrier, chain), options_->destination);
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS)) {
      end(methods->GetRecvStatus()->error_code());
    }
    methods->Proceed();
  }

 private:
  void end(StatusCode status) noexcept { internal::end_call(span_, SpanKind::client, status); }

  Span span_;  // or the current context, forwarded
  // Owned by the factory. The channel owns the factory, and a ClientContext owns its channel.
  const ClientInterceptorOptions* options_;
};

class ClientInterceptorFactory final : public ClientInterceptorFactoryInterface {
 public:
  explicit ClientInterceptorFactory(ClientInterceptorOptions options)
      : options_(std::move(options)) {}

  // gRPC owns the result, and accepts null. It calls this on the thread that makes the call; the
  // hooks may run later, and on another thread.
  Interceptor* CreateClientInterceptor(ClientRpcInfo* info) override {
    const Context& context = current();
    if (Tracer* const tracer = options_.tracer.value_or(global_tracer())) {
      return new ClientInterceptor(
          internal::facts_of(SpanKind::client, info->method()).start(*tracer, context, {}),
          options_);
    }
    if (context == Context() && !chain_of(options_).restricts(options_.destination)) return nullptr;
    return new ClientInterceptor(Span(nullptr, {.parent = context}), options_);
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
