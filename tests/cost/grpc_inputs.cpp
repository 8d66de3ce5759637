// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/grpc/metadata.hpp"
#include "carrier_inputs.hpp"

namespace {

using baton::grpc::ReceivedMetadata;

const baton::test::Carrier grpc([] {
  baton::test::count_reader("gRPC", [](const baton::test::Pairs& message, auto count) {
    ReceivedMetadata metadata;
    for (const auto& [name, value] : message) {
      metadata.emplace(::grpc::string_ref(name.data(), name.size()),
                       ::grpc::string_ref(value.data(), value.size()));
    }
    count([&](const baton::ExtractOptions& options) {
      static_cast<void>(options.extract(baton::grpc::MetadataCarrier(metadata)));
    });
  });
});

}  // namespace
