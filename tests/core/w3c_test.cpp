// SPDX-License-Identifier: Apache-2.0
#include "baton/w3c.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "support/fields.hpp"

namespace baton {
namespace {

using test::Fields;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceContextPropagatorTest, SaysWhatItIs) {
  const TraceContextPropagator propagator;
  EXPECT_EQ(propagator.traits().name, "tracecontext");
  ASSERT_EQ(propagator.traits().fields.size(), 2U);
  EXPECT_EQ(propagator.traits().fields[0], "traceparent");
  EXPECT_EQ(propagator.traits().fields[1], "tracestate");
  EXPECT_TRUE(propagator.traits().says.has_span_context());
}

TEST(TraceContextPropagatorTest, ThroughAMap) {
  std::map<std::string, std::string> map = {{"traceparent", std::string(parent)},
                                            {"tracestate", "a=1"}};
  Context context;
  const TraceContextPropagator propagator;
  EXPECT_EQ(propagator.extract(MapCarrier(map), context), Extracted::span_context);
  EXPECT_TRUE(context.span_context().is_remote);
  std::map<std::string, std::string> out = {{"tracestate", "old=1"}};
  propagator.inject(context, MapCarrier(out));
  EXPECT_EQ(out, map);
}

TEST(TraceContextPropagatorTest, LimitLeavesTheContextWhole) {
  const TraceContextPropagator propagator({.max_tracestate_bytes = 3});
  Context context;
  propagator.extract(Fields{{"traceparent", parent}, {"tracestate", "a=1,b=2"}}, context);
  EXPECT_EQ(context.span_context().trace_state.header(), "a=1,b=2");
  Fields out;
  propagator.inject(context, out);
  EXPECT_EQ(out.get("tracestate"), "a=1");
}

/// As a record of Kafka: of fields with one name, the last one counts.
struct LastFields : Fields {
  static constexpr bool last_field_counts = true;
  using Fields::Fields;

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
    std::optional<std::string_view> last;
    get_all(name, [&](std::string_view value) {
      last = value;
      return true;
    });
    return last;
  }
};

TEST(TraceContextPropagatorTest, TakesTheLastFieldWhereItCounts) {
  const TraceContextPropagator propagator;
  Context context;
  const LastFields fields{
      {"traceparent", "00-11111111111111111111111111111111-b7ad6b7169203331-01"},
      {"traceparent", parent}};
  EXPECT_EQ(propagator.extract(fields, context), Extracted::span_context);
  EXPECT_EQ(context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
}

TEST(BaggagePropagatorTest, SaysWhatItIs) {
  const BaggagePropagator propagator;
  EXPECT_EQ(propagator.traits().name, "baggage");
  ASSERT_EQ(propagator.traits().fields.size(), 1U);
  EXPECT_EQ(propagator.traits().fields[0], "baggage");
  EXPECT_FALSE(propagator.traits().says.has_span_context());
}

TEST(BaggagePropagatorTest, SaysWhatItFound) {
  const BaggagePropagator propagator;
  Context context;
  EXPECT_EQ(propagator.extract(Fields{}, context), Extracted::nothing);
  EXPECT_EQ(propagator.extract(Fields{{"baggage", "bad"}}, context), Extracted::malformed);
  EXPECT_EQ(propagator.extract(Fields{{"baggage", "k=v"}}, context), Extracted::baggage);
}

TEST(BaggagePropagatorTest, AddsToWhatTheContextHasAsFarAsItMay) {
  const BaggagePropagator propagator({.max_members = 2});
  ExtractReport report;
  for (ExtractReport* const listener : {&report, static_cast<ExtractReport*>(nullptr)}) {
    Context context;
    context.set_baggage(Baggage::parse("a=1"));
    EXPECT_EQ(propagator.extract(Fields{{"baggage", "b=2"}}, context, listener),
              Extracted::baggage);
    EXPECT_EQ(report.issue_count(), listener == nullptr ? 1U : 0U);
    EXPECT_EQ(propagator.extract(Fields{{"baggage", "c=3"}}, context, listener),
              Extracted::baggage);
    EXPECT_EQ(context.baggage().header(), "a=1,b=2");
    EXPECT_EQ(report.issue_count(), 1U);
  }
  EXPECT_EQ(report.issues()[0].error.code, ErrorCode::too_many_members);
}

TEST(BaggagePropagatorTest, FindsNothingInAnEmptyField) {
  for (const std::string_view value : {"", " ,\t,"}) {
    Fields fields;
    fields.add("baggage", value);
    Context context;
    ExtractReport report;
    EXPECT_EQ(BaggagePropagator().extract(fields, context, &report), Extracted::nothing) << value;
    EXPECT_EQ(report.issue_count(), 0U) << value;
  }
}

// Tracestate and baggage of one request may share a block; either must be able to outlive the
// other.
TEST(SharedBlockTest, EachOutlivesTheOther) {
  const Fields fields = {{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "k=v"}};
  for (const bool baggage_first : {false, true}) {
    Context context;
    if (baggage_first) BaggagePropagator().extract(fields, context);
    TraceContextPropagator().extract(fields, context);
    if (!baggage_first) BaggagePropagator().extract(fields, context);

    TraceState state = context.span_context().trace_state;
    const Baggage baggage = context.baggage();
    context = Context();
    EXPECT_EQ(state.header(), "a=1");
    state = TraceState();
    EXPECT_EQ(baggage.header(), "k=v");
  }
}

TEST(SharedBlockTest, ARequestReadIntoAUsedContextDoesNotDisturbCopies) {
  const Fields first = {{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "k=v"}};
  const Fields second = {{"traceparent", parent}, {"tracestate", "b=2"}, {"baggage", "l=w"}};
  Context context;
  for (const Fields* fields : {&first, &second, &first, &second}) {
    const Context before = context;
    const std::string state(before.span_context().trace_state.header());
    const std::string baggage(before.baggage().header());
    TraceContextPropagator().extract(*fields, context);
    BaggagePropagator().extract(*fields, context);
    EXPECT_EQ(before.span_context().trace_state.header(), state);
    EXPECT_EQ(before.baggage().header(), baggage);
  }
  EXPECT_EQ(context.span_context().trace_state.header(), "b=2");
  EXPECT_EQ(context.baggage().header(), "k=v,l=w");
}

TEST(SharedBlockTest, TextsLargerThanTheSharedRoom) {
  for (const std::size_t size : {1U, 200U, 240U, 250U}) {
    for (const std::size_t more : {1U, 200U, 500U, 4000U}) {
      const std::string state = "a=" + std::string(size, 'x');
      const std::string baggage = "k=" + std::string(more, 'y');
      const Fields fields = {{"traceparent", parent}, {"tracestate", state}, {"baggage", baggage}};
      Context context;
      TraceContextPropagator().extract(fields, context);
      BaggagePropagator().extract(fields, context);
      EXPECT_EQ(context.span_context().trace_state.header(), state);
      EXPECT_EQ(context.baggage().header(), baggage);
    }
  }
}

}  // namespace
}  // namespace baton
