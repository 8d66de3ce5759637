// SPDX-License-Identifier: Apache-2.0
// Each allocation fails once. A program of its own, for its allocator.
#include <grpcpp/test/client_context_test_peer.h>
#include <gtest/gtest.h>

#include <new>
#include <stdexcept>
#include <string>

#include "baton/baton.hpp"
#include "baton/carriers/grpc.hpp"
#include "support/faults.hpp"
#include "support/replaced_allocator.hpp"

bool baton::test::may_allocate(std::size_t /*size*/) noexcept { return !faults.fails(); }

namespace {

using baton::grpc::SentMetadata;
using baton::test::faults;

SentMetadata sent_with(::grpc::ClientContext& client_context) {
  return ::grpc::testing::ClientContextTestPeer(&client_context).GetSendInitialMetadata();
}

/// Calls `work` with each allocation that fails. Returns how many have.
template <class Work, class Check>
std::size_t fail_each(Work work, Check check) {
  return baton::test::fail_each([&](std::size_t number) {
    ::grpc::ClientContext client_context;
    bool has_thrown = false;
    faults.begin(number);
    try {
      work(client_context);
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    const bool has_failed = faults.end();
    EXPECT_EQ(has_thrown, has_failed) << number;
    check(sent_with(client_context), has_thrown);
    return has_failed;
  });
}

TEST(GrpcMemory, InjectThrowsAndLeavesNoLoneDecision) {
  for (const std::string formats : {"b3multi", "datadog", "ottrace"}) {
    const baton::PropagatorChain chain = baton::make_chain(formats).chain;
    baton::Context context = baton::Context().child();
    context.set_sampling(baton::Sampling::sample);
    std::size_t untouched = 0;
    const std::size_t failed = fail_each(
        [&](::grpc::ClientContext& client_context) {
          baton::grpc::inject(client_context, context, {.chain = chain});
        },
        [&](const SentMetadata& sent, bool has_thrown) {
          if (sent.empty()) ++untouched;
          const baton::Context read = chain.extract(baton::grpc::MetadataCarrier(sent));
          if (!has_thrown || read.span_context().is_valid()) {
            EXPECT_EQ(read.span_context().span_id, context.span_context().span_id);
          } else {
            EXPECT_EQ(read, baton::Context()) << formats << ' ' << sent.size();
          }
        });
    EXPECT_GE(untouched, 3U) << "those of the carrier, and gRPC's first";
    EXPECT_GT(failed, untouched);
  }
}

TEST(GrpcMemory, ACarrierThrowsWhenItAdds) {
  const std::size_t failed = fail_each(
      [](::grpc::ClientContext& client_context) {
        baton::grpc::ClientContextCarrier carrier(client_context);
        carrier.set("a-key-that-is-longer-than-a-string", "1");
      },
      [](const SentMetadata& sent, bool has_thrown) {
        EXPECT_EQ(sent.size(), has_thrown ? 0U : 1U);
      });
  EXPECT_GE(failed, 4U) << "an entry and its key, twice";
}

TEST(GrpcMemory, ACarrierAddsNothingWhileAnExceptionPasses) {
  ::grpc::ClientContext client_context;
  const auto fail = [&] {
    baton::grpc::ClientContextCarrier carrier(client_context);
    carrier.set("half", "1");
    throw std::runtime_error("no second half");
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(sent_with(client_context), SentMetadata());
}

/// Sets a field as it is destroyed.
struct Late {
  ::grpc::ClientContext* client_context;
  ~Late() { baton::grpc::ClientContextCarrier(*client_context).set("late", "1"); }
};

TEST(GrpcMemory, ACarrierOfADestructorAddsWhileAnExceptionPasses) {
  ::grpc::ClientContext client_context;
  const auto fail = [&] {
    const Late late{&client_context};
    throw std::runtime_error("passes");
  };
  EXPECT_THROW(fail(), std::runtime_error);
  EXPECT_EQ(sent_with(client_context), (SentMetadata{{"late", "1"}}));
}

}  // namespace
