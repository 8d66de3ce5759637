// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <new>
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

/// Erases all that belongs to the chain's formats, families of baggage included.
void erase_owned(SentMetadata& metadata, const PropagatorChain& chain) noexcept {
  std::erase_if(metadata, [&](const auto& entry) { return chain.owns(entry.first); });
}

/// gRPC owns it from its creation, and deletes it with the call, sent or not.
class ClientInterceptor final : public Interceptor {
 public:
  ClientInterceptor(Span span, const PropagatorChain& chain,
                    const ClientInterceptorOptions& options) noexcept
      : span_(std::move(span)), chain_(&chain), options_(&options) {}
  ClientInterceptor(const ClientInterceptor&) = delete;
  ClientInterceptor& operator=(const ClientInterceptor&) = delete;
  /// A span that has not ended is that of a call whose status nobody waited for.
  ~ClientInterceptor() override { end(StatusCode::CANCELLED); }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      write(*methods->GetSendInitialMetadata());
    }
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS)) {
      end(methods->GetRecvStatus()->error_code());
    }
    methods->Proceed();
  }

 private:
  /// The call owns the metadata, and the strings that are added to it. If it has no memory for the
  /// whole context, it gets none: gRPC would leak a call that an exception leaves.
  void write(SentMetadata& metadata) const noexcept {
    erase_owned(metadata, *chain_);
    try {
      const MetadataCarrier carrier(metadata, options_->max_metadata_size);
      chain_->inject(span_.context(), internal::WholeFormats(carrier, *chain_),
                     options_->destination);
    } catch (...) {
      erase_owned(metadata, *chain_);
    }
  }

  void end(StatusCode status) noexcept { internal::end_call(span_, SpanKind::client, status); }

  Span span_;                     // or the current context, forwarded
  const PropagatorChain* chain_;  // the options' or the global one, which is valid until the end
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
    const PropagatorChain& chain = chain_of(options_);
    const bool is_restricted = chain.restricts(options_.destination);
    Tracer* const tracer = options_.tracer.value_or(global_tracer());
    if (tracer == nullptr && current() == Context() && !is_restricted) return nullptr;
    auto* const made = new (std::nothrow) ClientInterceptor(start(tracer, info), chain, options_);
    // Nothing else can withhold what the application may have added.
    if (made == nullptr && is_restricted) throw std::bad_alloc();
    return made;
  }

 private:
  /// Without memory for the span's name, the current context is forwarded.
  static Span start(Tracer* tracer, ClientRpcInfo* info) noexcept {
    const Context& context = current();
    if (tracer == nullptr) return Span(nullptr, {.parent = context});
    try {
      return internal::facts_of(SpanKind::client, info->method()).start(*tracer, context, {});
    } catch (const std::bad_alloc&) {
      return Span(nullptr, {.parent = context});
    }
  }

  ClientInterceptorOptions options_;
};

}  // namespace

std::unique_ptr<ClientInterceptorFactoryInterface> client_interceptor(
    ClientInterceptorOptions options) {
  return std::make_unique<ClientInterceptorFactory>(std::move(options));
}

}  // namespace baton::grpc
