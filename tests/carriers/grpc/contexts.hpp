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

/// All of the context, with the same span: what a forwarding service finds and sends.
inline void expect_same(const Found& found, const baton::Context& sent) {
  EXPECT_EQ(found.ShortDebugString(), found_in(sent).ShortDebugString());
}

}  // namespace grpc_test
