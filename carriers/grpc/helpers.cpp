// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/grpc.hpp"

namespace baton::grpc {

Context extract(const ::grpc::ServerContextBase& server_context, const PropagatorChain& chain,
                ExtractReport* report) {
  return chain.extract(MetadataCarrier(server_context.client_metadata()), report);
}

void inject(::grpc::ClientContext& client_context, const Context& context,
            const PropagatorChain& chain, std::size_t max_metadata_size) {
  chain.inject(context, ClientContextCarrier(client_context, max_metadata_size));
}

}  // namespace baton::grpc
