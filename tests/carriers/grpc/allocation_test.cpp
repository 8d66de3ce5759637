// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "baton/baton.hpp"
#include "baton/carriers/grpc/metadata.hpp"
#include "support/count_allocations.hpp"

namespace {

using baton::grpc::MetadataCarrier;
using baton::grpc::ReceivedMetadata;
using baton::grpc::SentMetadata;

constexpr const char* parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

template <class Work>
std::size_t allocations_of(Work work) {
  const std::size_t before = baton::test::allocations;
  work();
  return baton::test::allocations - before;
}

TEST(GrpcAllocations, ReadingTakesNoneButForTheLists) {
  const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3multi").chain;
  baton::Context context;
  ReceivedMetadata metadata{{"user-agent", "grpc-c++/1.51.1"}, {"traceparent", parent}};
  EXPECT_EQ(allocations_of([&] { chain.extract(MetadataCarrier(metadata), context); }), 0U);
  EXPECT_TRUE(context.span_context().is_valid());

  metadata.emplace("tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  metadata.emplace("baggage", "userId=alice,serverNode=DF%2028");
  metadata.emplace("baggage", "isProduction=false");
  EXPECT_EQ(allocations_of([&] { chain.extract(MetadataCarrier(metadata), context); }), 1U);
  EXPECT_EQ(context.baggage().size(), 3U);
}

TEST(GrpcAllocations, WritingTakesWhatTheMetadataHold) {
  const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3multi,gcp").chain;
  baton::Context context = baton::Context().child();
  context.set_baggage(baton::Baggage::parse("userId=alice,serverNode=DF%2028"));
  SentMetadata metadata{{"authorization", "Bearer of what is not our own"}};
  chain.inject(context, MetadataCarrier(metadata, 4096));
  // Existing entries keep their memory, and entries to erase are found without a new string.
  EXPECT_EQ(allocations_of([&] { chain.inject(context, MetadataCarrier(metadata, 4096)); }), 0U);
  EXPECT_EQ(metadata.count("baggage"), 1U);
  EXPECT_EQ(allocations_of([&] { chain.inject(baton::Context(), MetadataCarrier(metadata)); }), 0U);
  EXPECT_EQ(metadata.size(), 1U);
}

}  // namespace
