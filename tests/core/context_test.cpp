// SPDX-License-Identifier: Apache-2.0
#include "baton/context.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace baton {
namespace {

constexpr Sampling all_decisions[] = {Sampling::defer, Sampling::drop, Sampling::sample,
                                      Sampling::debug};

SpanContext remote_span(std::uint8_t flags) {
  return {TraceId(1, 2), SpanId(3), TraceFlags(flags), true, TraceState::parse("a=1").value()};
}

TEST(SpanContextTest, ValidWithBothIds) {
  EXPECT_FALSE(SpanContext().is_valid());
  EXPECT_TRUE(remote_span(0).is_valid());
  SpanContext span = remote_span(0);
  span.trace_id = TraceId();
  EXPECT_FALSE(span.is_valid());
  span = remote_span(0);
  span.span_id = SpanId();
  EXPECT_FALSE(span.is_valid());
}

TEST(SpanContextTest, EqualWhereAllPartsAre) {
  EXPECT_EQ(remote_span(1), remote_span(1));
  EXPECT_NE(remote_span(1), remote_span(0));
  SpanContext local = remote_span(1);
  local.is_remote = false;
  EXPECT_NE(local, remote_span(1));
}

TEST(ContextTest, EmptyOne) {
  const Context context;
  EXPECT_FALSE(context.span_context().is_valid());
  EXPECT_TRUE(context.baggage().empty());
  EXPECT_EQ(context.sampling(), Sampling::defer);
}

TEST(ContextTest, SpanContextDecides) {
  Context context;
  context.set_span_context(remote_span(1));
  EXPECT_EQ(context.sampling(), Sampling::sample);
  context.set_span_context(remote_span(2));
  EXPECT_EQ(context.sampling(), Sampling::drop);
  EXPECT_TRUE(context.span_context().flags.random());
  context.set_span_context({});
  EXPECT_EQ(context.sampling(), Sampling::defer);
}

TEST(ContextTest, SampledFlagAgreesWithTheDecision) {
  for (const Sampling sampling : all_decisions) {
    for (std::uint8_t flags = 0; flags < 4; ++flags) {
      Context context;
      context.set_span_context(remote_span(flags), sampling);
      EXPECT_EQ(context.sampling(), sampling);
      EXPECT_EQ(context.span_context().flags.sampled(), is_sampled(sampling));
      EXPECT_EQ(context.span_context().flags.random(), (flags & 2) != 0);

      Context changed;
      changed.set_span_context(remote_span(flags));
      changed.set_sampling(sampling);
      EXPECT_EQ(changed, context);
    }
  }
}

TEST(ContextTest, ChildGoesOnWithTheTrace) {
  for (const Sampling sampling : all_decisions) {
    Context context;
    context.set_span_context(remote_span(2), sampling);
    context.set_baggage(Baggage::parse("k=v"));
    const Context before = context;
    const Context child = context.child();
    EXPECT_EQ(context, before);
    EXPECT_EQ(child.span_context().trace_id, TraceId(1, 2));
    EXPECT_TRUE(child.span_context().span_id.is_valid());
    EXPECT_NE(child.span_context().span_id, SpanId(3));
    EXPECT_EQ(child.span_context().flags, context.span_context().flags);
    EXPECT_FALSE(child.span_context().is_remote);
    EXPECT_EQ(child.span_context().trace_state.header(), "a=1");
    EXPECT_EQ(child.baggage().header(), "k=v");
    EXPECT_EQ(child.sampling(), sampling);
    EXPECT_NE(child.child().span_context().span_id, child.span_context().span_id);
    EXPECT_NE(context.child(), child) << "a new span id each time";
  }
}

TEST(ContextTest, ChildDoesNotSetTheRandomFlagOfATraceThatItDidNotStart) {
  Context context;
  context.set_span_context(remote_span(1));
  EXPECT_FALSE(context.child().span_context().flags.random());
}

TEST(ContextTest, ChildOfNothingStartsATrace) {
  for (const Sampling sampling : all_decisions) {
    Context context;
    context.set_sampling(sampling);
    context.set_baggage(Baggage::parse("k=v"));
    const Context child = context.child();
    EXPECT_TRUE(child.span_context().is_valid());
    EXPECT_TRUE(child.span_context().flags.random());
    EXPECT_EQ(child.span_context().flags.sampled(), is_sampled(sampling));
    EXPECT_FALSE(child.span_context().is_remote);
    EXPECT_TRUE(child.span_context().trace_state.empty());
    EXPECT_EQ(child.baggage().header(), "k=v");
    EXPECT_EQ(child.sampling(), sampling);
    EXPECT_NE(context.child().span_context().trace_id, child.span_context().trace_id);
  }
}

TEST(ContextTest, ATraceIdAlone) {
  for (const Sampling sampling : all_decisions) {
    Context context;
    context.set_span_context(remote_span(3));
    context.set_baggage(Baggage::parse("k=v"));
    context.set_trace_id(TraceId(4, 5), sampling, TraceState::parse("b=2").value());
    EXPECT_EQ(context.trace_id(), TraceId(4, 5));
    EXPECT_FALSE(context.span_context().is_valid());
    EXPECT_EQ(context.sampling(), sampling);
    EXPECT_EQ(context.span_context().flags.sampled(), is_sampled(sampling));
    EXPECT_EQ(context.baggage().header(), "k=v");

    const Context child = context.child();
    EXPECT_TRUE(child.span_context().is_valid());
    EXPECT_EQ(child.trace_id(), TraceId(4, 5));
    EXPECT_EQ(child.span_context().flags, context.span_context().flags);
    EXPECT_FALSE(child.span_context().flags.random());
    EXPECT_FALSE(child.span_context().is_remote);
    EXPECT_EQ(child.span_context().trace_state.header(), "b=2");
    EXPECT_EQ(child.sampling(), sampling);
    EXPECT_EQ(child.baggage().header(), "k=v");
  }
}

TEST(ContextTest, ASpanContextWithoutASpanIdIsATraceIdAlone) {
  SpanContext half = remote_span(1);
  half.span_id = SpanId();
  Context context;
  context.set_span_context(half);
  EXPECT_EQ(context.sampling(), Sampling::defer);
  EXPECT_FALSE(context.span_context().flags.sampled()) << "the flag says what the decision does";
  const Context child = context.child();
  EXPECT_EQ(child.trace_id(), half.trace_id);
  EXPECT_EQ(child.span_context().trace_state.header(), "a=1");
  EXPECT_FALSE(child.span_context().flags.sampled());
}

TEST(ContextTest, ChildOfASpanIdWithoutATraceStartsATrace) {
  SpanContext half = remote_span(1);
  half.trace_id = TraceId();
  Context context;
  context.set_span_context(half);
  const Context child = context.child();
  EXPECT_TRUE(child.span_context().is_valid());
  EXPECT_NE(child.span_context().span_id, half.span_id);
  EXPECT_TRUE(child.span_context().trace_state.empty());
}

TEST(ContextTest, ChildOfATemporary) {
  Context context;
  context.set_span_context(remote_span(1));
  const Context child = Context(context).child();
  EXPECT_EQ(child.span_context().trace_id, TraceId(1, 2));
  EXPECT_EQ(child.span_context().trace_state.header(), "a=1");
}

TEST(ContextTest, SetTraceStateChangesNothingElse) {
  Context context;
  context.set_span_context(remote_span(3), Sampling::debug);
  context.set_trace_state(context.span_context().trace_state.set("b", "2").value());
  EXPECT_EQ(context.span_context().trace_state.header(), "b=2,a=1");
  EXPECT_EQ(context.sampling(), Sampling::debug);
  EXPECT_EQ(context.span_context().span_id, SpanId(3));
}

TEST(SamplingTest, NamesAndFlags) {
  EXPECT_EQ(to_string(Sampling::defer), "defer");
  EXPECT_EQ(to_string(Sampling::drop), "drop");
  EXPECT_EQ(to_string(Sampling::sample), "sample");
  EXPECT_EQ(to_string(Sampling::debug), "debug");
  EXPECT_FALSE(is_sampled(Sampling::defer));
  EXPECT_FALSE(is_sampled(Sampling::drop));
  EXPECT_TRUE(is_sampled(Sampling::sample));
  EXPECT_TRUE(is_sampled(Sampling::debug));
}

}  // namespace
}  // namespace baton
