// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/grpc.hpp"
#include "carriers/grpc/whole_formats.hpp"

namespace baton::grpc {

Context extract(const ::grpc::ServerContextBase& server_context, const ExtractOptions& options) {
  return options.extract(MetadataCarrier(server_context.client_metadata()));
}

void inject(::grpc::ClientContext& client_context, const Context& context,
            const MetadataOptions& options) {
  SentMetadata metadata;
  const MetadataCarrier carrier(metadata, options.max_metadata_size);
  options.chain.inject(context, internal::WholeFormats(carrier, options.chain),
                       options.destination);
  internal::add(client_context, metadata);
}

}  // namespace baton::grpc
