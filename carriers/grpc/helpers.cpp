// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/grpc.hpp"

namespace baton::grpc {

Context extract(const ::grpc::ServerContextBase& server_context, const ExtractOptions& options) {
  return options.extract(MetadataCarrier(server_context.client_metadata()));
}

void inject(::grpc::ClientContext& client_context, const Context& context,
            const MetadataOptions& options) {
  options.chain.inject(context, ClientContextCarrier(client_context, options.max_metadata_size),
                       options.destination);
}

}  // namespace baton::grpc
