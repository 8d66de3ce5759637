// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "server.hpp"

namespace grpc_test {

/// With a trace of its own, and all that a context can have.
inline baton::Context new_context() {
  baton::Context context = baton::Context().child();
  context.set_sampling(baton::Sampling::sample);
  context.set_trace_state(baton::TraceState::parse("rojo=1,congo=2").value());
  context.set_baggage(baton::Baggage::parse("user=alice,plan=50%25"));
  return context;
}

inline void expect_child(const Found& found, const baton::Context& parent) {
  EXPECT_EQ(found.trace_id(), parent.span_context().trace_id.to_string());
  EXPECT_NE(found.span_id(), "");
  EXPECT_NE(found.span_id(), parent.span_context().span_id.to_string());
  EXPECT_EQ(found.trace_state(), parent.span_context().trace_state.header());
  EXPECT_EQ(found.baggage(), parent.baggage().header());
  EXPECT_EQ(found.sampled(), baton::is_sampled(parent.sampling()));
}

}  // namespace grpc_test
