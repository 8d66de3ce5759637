// SPDX-License-Identifier: Apache-2.0
#include "spans.hpp"

#include <gtest/gtest.h>

#include "baton/testing/matchers.hpp"

namespace {

const Fields request{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                     {"tracestate", "a=1"},
                     {"baggage", "k=v"}};

TEST(Spans, ForwardsWhatCame) {
  EXPECT_EQ(forward(request), request);
  EXPECT_EQ(forward({}), Fields());
}

TEST(Spans, TwoSpansForARequestWithATracer) {
  EXPECT_EQ(order(request), request);  // without one
  const auto tracer = std::make_shared<baton::RecordingTracer>();
  baton::set_global_tracer(tracer);
  const auto sent = baton::Traceparent::parse(order(request).at("traceparent"));
  EXPECT_THAT(*tracer, baton::testing::AllEnded());
  EXPECT_THAT(*tracer, baton::testing::IsOneTree());
  const baton::testing::Spans spans(*tracer);
  ASSERT_EQ(spans.all().size(), 2U) << spans.drawn();
  EXPECT_EQ(spans.all()[0].context.span_context().span_id, sent->parent_id);
  EXPECT_EQ(spans.parent_of(&spans.all()[0])->kind, baton::SpanKind::server);

  EXPECT_EQ(price_of("abc"), 3);
  EXPECT_EQ(tracer->ended().back().name, "price");
  import_all();
  EXPECT_EQ(tracer->ended().back().error_type, "timeout");
  baton::set_global_tracer(nullptr);
}

TEST(Spans, ATracerOfOnesOwn) {
  PrintingTracer tracer;
  testing::internal::CaptureStdout();
  {
    const baton::Span span(&tracer, {.parent = {}, .name = "work"});
  }
  EXPECT_TRUE(testing::internal::GetCapturedStdout().starts_with("work "));
}

TEST(Spans, Answers) {
  baton::RecordingTracer tracer;
  const Fields response = answer(request, tracer);
  EXPECT_EQ(response.size(), 3U);
  EXPECT_EQ(trace_that_answered(response), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(text_for_the_support_page(), std::string(32, '0'));
}

TEST(Spans, IdsAreMadeOnceConfigured) {
  configure_ids();
  EXPECT_NE(order(request), request);
  baton::set_global_tracer(nullptr);
}

}  // namespace
