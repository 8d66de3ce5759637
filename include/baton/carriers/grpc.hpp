// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/client_interceptor.h>
#include <grpcpp/support/server_interceptor.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "baton/carriers/grpc/metadata.hpp"
#include "baton/chain.hpp"
#include "baton/context.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::grpc {

/// The limit of a call's metadata, in bytes, with the injected ones. gRPC's servers refuse a call
/// with more than 8 KiB by default; this leaves 2 KiB for gRPC's own fields and for call
/// credentials. Raise it if your servers accept more (GRPC_ARG_MAX_METADATA_SIZE).
///
/// The client's interceptor counts all metadata of a call. `inject` and ClientContextCarrier count
/// only what they add, since gRPC does not show them what is there.
///
/// If a field of a format has no room, none of the format's fields is sent, so that no decision is
/// without its ids. Only tracestate and baggage may be missing alone.
inline constexpr std::size_t default_max_metadata_size = 6144;

/// The context of a received call.
///
///     const baton::Context context = baton::grpc::extract(*server_context);
[[nodiscard]] Context extract(const ::grpc::ServerContextBase& server_context,
                              const ExtractOptions& options = {});

struct MetadataOptions {
  const PropagatorChain& chain = global_chain();
  std::size_t max_metadata_size = default_max_metadata_size;
  std::string_view destination = {};  ///< as InjectOptions::destination
};

/// Writes a context into a call that is about to be made. Call it once for each ClientContext: see
/// ClientContextCarrier. Throws `std::bad_alloc`, and nothing else. Then it has added nothing,
/// unless it was gRPC's copy of an entry that had no memory: do not make a call with that
/// ClientContext.
///
///     baton::grpc::inject(client_context, context);
void inject(::grpc::ClientContext& client_context, const Context& context = current(),
            const MetadataOptions& options = {});

struct ClientInterceptorOptions {
  /// None: the global chain, looked up for each call.
  std::optional<PropagatorChain> chain = std::nullopt;
  std::size_t max_metadata_size = default_max_metadata_size;
  /// Starts a span for each call; null: forwards. None: the global tracer, looked up for each call.
  /// It must outlive the calls.
  std::optional<Tracer*> tracer = std::nullopt;
  std::string destination = {};  ///< of the channel, if the chain has trust rules
};

/// Makes every call of a channel carry the current context of the thread that calls the stub's
/// method, in any of gRPC's APIs, even if another thread starts the call later. It replaces all
/// metadata of the ClientContext that belong to the chain's formats (`PropagatorChain::owns`). If
/// no context is current, and the chain's rules deny nothing to the destination, it does not change
/// the call.
///
/// Without memory, the call has no context, or no span. Without memory for the interceptor itself,
/// the call remains unchanged; but if a rule denies something to the destination, or the global
/// chain cannot be made, the stub's method throws `std::bad_alloc`.
///
///     std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> all;
///     all.push_back(baton::grpc::client_interceptor());
///     auto channel = grpc::experimental::CreateCustomChannelWithInterceptors(
///         target, credentials, arguments, std::move(all));
///
/// A tracer starts a span for each call (kind `client`), a child of the current context, and the
/// call carries the span's context. The span starts where the stub's method is called. It ends when
/// the status arrives: with an error unless the status is OK. The span of a call that is destroyed
/// without a status ends as CANCELLED. A channel needs one such interceptor: a second one would
/// start a second span.
[[nodiscard]] std::unique_ptr<::grpc::experimental::ClientInterceptorFactoryInterface>
client_interceptor(ClientInterceptorOptions options = {});

struct ServerInterceptorOptions {
  /// None: the global chain, looked up for each call.
  std::optional<PropagatorChain> chain = std::nullopt;
  /// Starts a span for each call; null: forwards. None: the global tracer, looked up for each call.
  /// It must outlive the calls.
  std::optional<Tracer*> tracer = std::nullopt;
};

/// Extracts the context of every call to a server, as it came. `context` returns it, and it is
/// current in handlers of the synchronous API, and in the methods of the callback API that return a
/// reactor.
///
///     std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> all;
///     all.push_back(baton::grpc::server_interceptor());
///     builder.experimental().SetInterceptorCreators(std::move(all));
///
/// Reactors and completion queues run on any thread: write
/// `const baton::Scope scope(baton::grpc::context(server_context));` there. Make it the first
/// interceptor: if one before it lets the call proceed on another thread, no context is current.
/// Without memory, the call has no context, or no span.
///
/// A tracer starts a span for each call (kind `server`), a child of what was extracted, whose
/// context then takes that place. It ends when the status is about to be sent: with an error if the
/// status is one of those for which a server is to blame (UNKNOWN, DEADLINE_EXCEEDED,
/// UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS). If the handler sends no status, the span ends
/// with the ServerContext, as CANCELLED.
[[nodiscard]] std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>
server_interceptor(ServerInterceptorOptions options = {});

/// The context that `server_interceptor` found or made for a call, always the same object; an empty
/// one if there was no interceptor. It is valid as long as `server_context`, and any thread may
/// read it.
///
/// The call's own metadata hold it: `client_metadata()` has an entry `baton-context` with an empty
/// value.
[[nodiscard]] const Context& context(const ::grpc::ServerContextBase& server_context) noexcept;

}  // namespace baton::grpc
