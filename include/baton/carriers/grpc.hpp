// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/client_interceptor.h>
#include <grpcpp/support/server_interceptor.h>

#include <cstddef>
#include <memory>
#include <optional>

#include "baton/carriers/grpc/metadata.hpp"
#include "baton/chain.hpp"
#include "baton/context.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

namespace baton::grpc {

/// How large the metadata of a call may get by what is injected. gRPC's servers take 8 KiB by
/// default and refuse the call beyond; this leaves 2 KiB to gRPC's own fields and to call
/// credentials. Raise it where your servers take more (GRPC_ARG_MAX_METADATA_SIZE).
inline constexpr std::size_t default_max_metadata_size = 6144;

/// The context that came with a call.
///
///     const baton::Context context = baton::grpc::extract(*server_context).child();
[[nodiscard]] Context extract(const ::grpc::ServerContextBase& server_context,
                              const ExtractOptions& options = {});

struct MetadataOptions {
  const PropagatorChain& chain = global_chain();
  std::size_t max_metadata_size = default_max_metadata_size;
};

/// Writes a context into a call that is about to be made. Once for each ClientContext: see
/// ClientContextCarrier.
///
///     baton::grpc::inject(client_context, context);
void inject(::grpc::ClientContext& client_context, const Context& context = current(),
            const MetadataOptions& options = {});

struct ClientInterceptorOptions {
  /// None: the global one, looked up for each call.
  std::optional<PropagatorChain> chain = std::nullopt;
  std::size_t max_metadata_size = default_max_metadata_size;
};

/// Makes every call of a channel carry the context that is current where the call is made: on the
/// thread that calls the stub's method, whichever API that is of, and whoever starts the call then.
/// It replaces whatever the ClientContext has under the same keys. Where nothing is current it
/// leaves the call alone.
///
///     std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> all;
///     all.push_back(baton::grpc::client_interceptor());
///     auto channel = grpc::experimental::CreateCustomChannelWithInterceptors(
///         target, credentials, arguments, std::move(all));
[[nodiscard]] std::unique_ptr<::grpc::experimental::ClientInterceptorFactoryInterface>
client_interceptor(ClientInterceptorOptions options = {});

/// Extracts the context of every call to a server and makes a child of it, which `context` finds,
/// and which is current in handlers of the synchronous API, and in the methods of the callback API
/// that give a reactor.
///
///     std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> all;
///     all.push_back(baton::grpc::server_interceptor());
///     builder.experimental().SetInterceptorCreators(std::move(all));
///
/// Reactors and completion queues run on whatever thread there is: say
/// `const baton::Scope scope(baton::grpc::context(server_context));` there. Put it first of all
/// interceptors; one before it that lets the call proceed on another thread leaves nothing current.
///
/// The chain is the global one, looked up for each call, unless one is given.
[[nodiscard]] std::unique_ptr<::grpc::experimental::ServerInterceptorFactoryInterface>
server_interceptor(std::optional<PropagatorChain> chain = std::nullopt);

/// The context that `server_interceptor` made for a call, the same one each time; an empty one
/// where there was no interceptor. It lives as long as `server_context`, and any thread may read
/// it.
///
/// It is kept with the call's own metadata: `client_metadata()` shows an entry `baton-context` with
/// an empty value.
[[nodiscard]] const Context& context(const ::grpc::ServerContextBase& server_context) noexcept;

}  // namespace baton::grpc
