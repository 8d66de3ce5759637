// SPDX-License-Identifier: Apache-2.0
#include <iterator>
#include <new>
#include <string_view>
#include <utility>

#include "baton/carriers/grpc.hpp"
#include "baton/detail/handle.hpp"
#include "carriers/grpc/call_span.hpp"

namespace baton::grpc {
namespace {

using ::grpc::StatusCode;
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
  ServerInterceptor(const char* method, const ServerInterceptorOptions& options) noexcept
      : method_(method), options_(&options) {}
  ServerInterceptor(const ServerInterceptor&) = delete;
  ServerInterceptor& operator=(const ServerInterceptor&) = delete;
  /// A span that has not ended is that of a call whose handler never sent a status.
  ~ServerInterceptor() override { end(StatusCode::CANCELLED); }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      end(sent_status(*methods));
    }
    if (!methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
      methods->Proceed();
      return;
    }
    // The handler may run inside Proceed, and the call may end there, with this interceptor.
    const Context context = receive(*methods);
    const Scope scope(context);
    methods->Proceed();
  }

 private:
  /// gRPC calls hooks on threads of its own, where an exception would end the process. Without
  /// memory, the call has no context or, if it is the span's name that has no memory, its caller's.
  Context receive(InterceptorBatchMethods& methods) noexcept {
    try {
      ReceivedMetadata& metadata = *methods.GetRecvInitialMetadata();
      if (const Context* const found = find_context(metadata)) return *found;
      put_context(metadata, span_.context());
      start(metadata);
      return span_.context();
    } catch (...) {
      return span_.context();
    }
  }

  void start(const ReceivedMetadata& metadata) {
    const HandleOptions how{.chain = options_->chain ? *options_->chain : global_chain(),
                            .tracer = options_->tracer.value_or(global_tracer())};
    SpanContext link;
    const Context caller = how.extraction(link).extract(MetadataCarrier(metadata));
    span_ = Span(nullptr, {.parent = caller});
    if (how.tracer == nullptr) return;
    span_ =
        detail::start_handling(internal::facts_of(SpanKind::server, method_), caller, link, how);
  }

  /// UNKNOWN if there is no memory for the copy that gRPC makes.
  static StatusCode sent_status(InterceptorBatchMethods& methods) noexcept {
    try {
      return methods.GetSendStatus().error_code();
    } catch (const std::bad_alloc&) {
      return StatusCode::UNKNOWN;
    }
  }

  void end(StatusCode status) noexcept { internal::end_call(span_, SpanKind::server, status); }

  // gRPC's own, and the factory's, which the server owns. Both are valid until the call starts.
  const char* method_;
  const ServerInterceptorOptions* options_;
  Span span_;  // or the caller's context, forwarded
};

class ServerInterceptorFactory final : public ServerInterceptorFactoryInterface {
 public:
  explicit ServerInterceptorFactory(ServerInterceptorOptions options)
      : options_(std::move(options)) {}

  // gRPC owns the result, and accepts null.
  Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new (std::nothrow) ServerInterceptor(info->method(), options_);
  }

 private:
  ServerInterceptorOptions options_;
};

}  // namespace

std::unique_ptr<ServerInterceptorFactoryInterface> server_interceptor(
    ServerInterceptorOptions options) {
  return std::make_unique<ServerInterceptorFactory>(std::move(options));
}

const Context& context(const ::grpc::ServerContextBase& server_context) noexcept {
  const Context* found = find_context(server_context.client_metadata());
  return found != nullptr ? *found : detail::empty_context();
}

}  // namespace baton::grpc
