// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/grpc/metadata.hpp"
#include "count.hpp"

namespace {

using namespace work_test;
using baton::grpc::SentMetadata;

TEST(Work, OfGrpcMetadata) {
  const auto make_metadata = [](const Fields& fields) {
    return SentMetadata(fields.begin(), fields.end());
  };
  for (const std::size_t limit : {std::size_t{6144}, std::size_t{1} << 30}) {
    expect_linear_carrier<SentMetadata>(
        "metadata", make_metadata,
        [limit](SentMetadata& metadata) { return baton::grpc::MetadataCarrier(metadata, limit); },
        {others_alone, spellings, again});
  }
}

}  // namespace
