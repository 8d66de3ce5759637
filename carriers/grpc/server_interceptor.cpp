// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <string_view>
#include <utility>

#include "baton/carriers/grpc.hpp"

namespace baton::grpc {
namespace {

using ::grpc::experimental::InterceptionHookPoints;
using ::grpc::experimental::Interceptor;
using ::grpc::experimental::InterceptorBatchMethods;
using ::grpc::experimental::ServerInterceptorFactoryInterface;
using ::grpc::experimental::ServerRpcInfo;

// The key of the entry that points to a call's context: the address of its empty value is that of
// the context. A client may send the same key, so only an entry whose key is at this address
// counts.
constexpr std::string_view context_key = "baton-context";

// The metadata owns neither key nor value: both must outlive it.
void put_context(ReceivedMetadata& metadata, const Context& context) {
  metadata.emplace(::grpc::string_ref(context_key.data(), context_key.size()),
                   ::grpc::string_ref(reinterpret_cast<const char*>(&context), 0));
}

const Context* find_context(const ReceivedMetadata& metadata) noexcept {
  // `emplace` has inserted it after all received entries of the same key.
  const auto end = metadata.upper_bound(::grpc::string_ref(context_key.data(), context_key.size()));
  if (end == metadata.begin()) return nullptr;
  const auto& [key, value] = *std::prev(end);
  return key.data() == context_key.data() ? reinterpret_cast<const Context*>(value.data())
                                          : nullptr;
}

/// gRPC owns an interceptor and keeps it as long as the ServerContext, however the call ends. So
/// the context in the interceptor is valid as long as the metadata that points to it.
class ServerInterceptor final : public Interceptor {
 public:
  explicit ServerInterceptor(const PropagatorChain& chain) noexcept : chain_(&chain) {}

  void Intercept(InterceptorBatchMethods* methods) override {
    if (!methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      methods->Proceed();
      return;
    }
    ReceivedMetadata& metadata = *methods->GetRecvInitialMetadata();
    const Context* found = find_context(metadata);
    if (found == nullptr) {
      context_ = chain_->extract(MetadataCarrier(metadata));
      put_context(metadata, context_);
      found = &context_;
    }
    // The handler may run inside Proceed, and the call may end there, with this interceptor.
    const Context context = *found;
    const Scope scope(context);
    methods->Proceed();
  }

 private:
  const PropagatorChain* chain_;
  Context context_;
};

class ServerInterceptorFactory final : public ServerInterceptorFactoryInterface {
 public:
  explicit ServerInterceptorFactory(std::optional<PropagatorChain> chain)
      : chain_(std::move(chain)) {}

  Interceptor* CreateServerInterceptor(ServerRpcInfo* /*info*/) override {
    return new ServerInterceptor(chain_ ? *chain_ : global_chain());
  }

 private:
  std::optional<PropagatorChain> chain_;
};

}  // namespace

std::unique_ptr<ServerInterceptorFactoryInterface> server_interceptor(
    std::optional<PropagatorChain> chain) {
  return std::make_unique<ServerInterceptorFactory>(std::move(chain));
}

const Context& context(const ::grpc::ServerContextBase& server_context) noexcept {
  const Context* found = find_context(server_context.client_metadata());
  return found != nullptr ? *found : detail::empty_context();
}

}  // namespace baton::grpc
