// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "getting_started.hpp"

#include <gtest/gtest.h>

namespace {

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(GettingStarted, ServesWithinTheCallersTrace) {
  const Fields outgoing = serve({{"traceparent", std::string(parent)}, {"baggage", "a=1"}});
  EXPECT_EQ(outgoing.at("traceparent"), parent);
  EXPECT_EQ(outgoing.at("baggage"), "a=1");
}

TEST(GettingStarted, ServesWhateverTheCaseOfNames) {
  const Fields outgoing = serve({{"Traceparent", std::string(parent)}, {"BAGGAGE", "a=1"}});
  const auto sent = baton::Traceparent::parse(outgoing.at("traceparent"));
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->trace_id, baton::Traceparent::parse(parent)->trace_id);
  EXPECT_EQ(outgoing.at("baggage"), "a=1");
}

TEST(GettingStarted, ChangesAndLooksAtContexts) {
  const baton::Context context = with_tenant(start_trace(true));
  look_at(context);
  EXPECT_EQ(context.baggage().get("tenant"), "Müller & Söhne");
  EXPECT_TRUE(context.span_context().flags.sampled());
  EXPECT_FALSE(start_trace(false).span_context().flags.sampled());
}

TEST(GettingStarted, HandsOver) {
  const baton::Context context = start_trace(true);
  std::function<void()> task;
  bool was_current = false;
  {
    const baton::Scope scope(context);
    task = hand_over([&] { was_current = baton::current() == context; });
  }
  task();
  EXPECT_TRUE(was_current);
}

TEST(GettingStarted, Complains) {
  EXPECT_EQ(
      complaints({{"traceparent", "00-4bF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}),
      "traceparent: not a lowercase hexadecimal digit at byte 5\n");
}

TEST(GettingStarted, ReadsValuesByHand) {
  const baton::SpanContext span = context_of(parent, "rojo=1").span_context();
  EXPECT_EQ(span.trace_id, baton::Traceparent::parse(parent)->trace_id);
  EXPECT_TRUE(span.flags.sampled());
  EXPECT_EQ(span.trace_state.header(), "rojo=1");
  EXPECT_FALSE(context_of("00-", "rojo=1").span_context().is_valid());
}

TEST(GettingStarted, BuildsBaggage) {
  const auto baggage = baton::Baggage().set("tenant", "1");
  ASSERT_TRUE(baggage);
  EXPECT_EQ(with_plan(*baggage).header(), "plan=gold;ttl=60");
}

TEST(GettingStarted, Configures) {
  configure();
  EXPECT_EQ(baton::global_chain().readers().size(), 3U);
}

}  // namespace
