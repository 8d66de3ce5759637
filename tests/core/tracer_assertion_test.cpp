// SPDX-License-Identifier: Apache-2.0
// Compiled without NDEBUG, as is the tracer: a debug build stops at spans that end twice.

#include <gtest/gtest.h>

#include "baton/recording_tracer.hpp"

#ifdef NDEBUG
#error "these tests are about debug builds"
#endif

namespace baton {
namespace {

/// Its life ends with a span that has ended that many times.
void end_times(int times, bool asks) {
  RecordingTracer tracer;
  const Context parent;
  const Tracer::Started span = tracer.start({.parent = parent, .name = "a"});
  for (; times > 0; --times) tracer.end(span, {});
  if (asks) static_cast<void>(tracer.ended_again());
}

TEST(RecordingTracerDeathTest, ASpanThatEndsTwice) {
  EXPECT_DEATH(end_times(2, false), "a span ends twice");
  end_times(1, false);
  end_times(0, false);
}

TEST(RecordingTracerDeathTest, NotIfATestAsks) { end_times(3, true); }

}  // namespace
}  // namespace baton
