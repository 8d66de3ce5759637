// SPDX-License-Identifier: Apache-2.0
#include "baton/propagator.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "baton/chain.hpp"
#include "baton/registry.hpp"
#include "baton/w3c.hpp"
#include "support/fields.hpp"

namespace baton {
namespace {

using test::Fields;

TEST(ExtractReportTest, EmptyAtFirst) {
  const ExtractReport report;
  EXPECT_TRUE(report.issues().empty());
  EXPECT_EQ(report.issue_count(), 0U);
  EXPECT_EQ(report.format(), "");
  EXPECT_EQ(report.disagreeing_format(), "");
}

TEST(ExtractReportTest, KeepsTheFirstAndCountsTheRest) {
  ExtractReport report;
  const std::size_t count = ExtractReport::capacity + 5;
  for (std::size_t i = 0; i < count; ++i) {
    report.add("field", ParseError(ErrorCode::bad_key, i));
    EXPECT_EQ(report.issue_count(), i + 1);
    EXPECT_EQ(report.issues().size(), std::min(i + 1, ExtractReport::capacity));
  }
  for (std::size_t i = 0; i < ExtractReport::capacity; ++i) {
    const ExtractReport::Issue expected{"field", ParseError(ErrorCode::bad_key, i)};
    EXPECT_EQ(report.issues()[i], expected);
  }
}

TEST(ExtractReportTest, ClearForgetsAll) {
  ExtractReport report;
  report.add("field", ParseError(ErrorCode::empty, 0));
  report.set_format("a");
  report.set_disagreeing_format("b");
  report.clear();
  EXPECT_EQ(report.issue_count(), 0U);
  EXPECT_TRUE(report.issues().empty());
  EXPECT_EQ(report.format(), "");
  EXPECT_EQ(report.disagreeing_format(), "");
}

TEST(ExtractReportTest, CountsMoreBadMembersThanItKeeps) {
  std::string value;
  for (int i = 0; i < 40; ++i) value += "bad,";
  const Fields fields = {{"baggage", value + "k=v"}};
  Context context;
  ExtractReport report;
  EXPECT_EQ(BaggagePropagator().extract(fields, context, &report), Extracted::baggage);
  EXPECT_EQ(report.issue_count(), 40U);
  EXPECT_EQ(report.issues().size(), ExtractReport::capacity);
  EXPECT_EQ(context.baggage().header(), "k=v");
}

/// A propagator of a user: a trace id in decimal in a field of its own.
constexpr std::string_view shop_fields[] = {"shop-trace"};
constexpr FormatTraits shop = {
    .name = "shop", .specification = "the shop", .fields = shop_fields, .says = {.ids = true}};

class ShopPropagator final : public Propagator {
 public:
  ShopPropagator() noexcept : Propagator(shop) {}

  Extracted extract(CarrierReader carrier, Context& context, ExtractReport* report) const override {
    const auto value = carrier.get(shop_fields[0]);
    if (!value) return Extracted::nothing;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < value->size(); ++i) {
      const char c = (*value)[i];
      if (c < '0' || c > '9') {
        if (report != nullptr) report->add(shop_fields[0], ParseError(ErrorCode::bad_value, i));
        return Extracted::malformed;
      }
      number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    context.set_span_context({TraceId(0, number), SpanId(number), TraceFlags(1), true, {}});
    return Extracted::span_context;
  }

  void inject(const Context& context, CarrierWriter carrier) const override {
    if (context.span_context().is_valid()) {
      carrier.set(shop_fields[0], std::to_string(context.span_context().trace_id.low()));
    } else {
      carrier.erase(shop_fields[0]);
    }
  }
};

PropagatorChain chain_with_shop(ExtractionPolicy policy) {
  return PropagatorChain(
      {std::make_shared<ShopPropagator>(), std::make_shared<TraceContextPropagator>()}, policy);
}

const Fields both = {
    {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    {"shop-trace", "42"},
};

TEST(UserPropagatorTest, WinsByThePolicy) {
  EXPECT_EQ(chain_with_shop(ExtractionPolicy::first_match).extract(both).span_context().trace_id,
            TraceId(0, 42));
  ExtractReport report;
  const Context last = chain_with_shop(ExtractionPolicy::last_wins).extract(both, &report);
  EXPECT_EQ(last.span_context().trace_id.high(), 0x0af7651916cd43ddU);
  EXPECT_EQ(report.format(), "tracecontext");
  EXPECT_EQ(report.disagreeing_format(), "shop");
}

TEST(UserPropagatorTest, ReportsAndInjects) {
  const PropagatorChain chain = chain_with_shop(ExtractionPolicy::first_match);
  const Fields bad = {{"shop-trace", "4x"}};
  ExtractReport report;
  EXPECT_EQ(chain.extract(bad, &report), Context());
  ASSERT_EQ(report.issues().size(), 1U);
  EXPECT_EQ(report.issues()[0].field, "shop-trace");
  EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::bad_value, 1));

  Fields out = {{"shop-trace", "old"}, {"traceparent", "old"}};
  chain.inject(chain.extract(both), out);
  EXPECT_EQ(out.get("shop-trace"), "42");
  EXPECT_TRUE(out.get("traceparent")->starts_with("00-0000000000000000000000000000002a-"));
  chain.inject(Context(), out);
  EXPECT_TRUE(out.empty());
}

/// Has a member of tracestate, and writes the whole of it.
class KeepingPropagator final : public Propagator {
 public:
  explicit KeepingPropagator(const FormatTraits& traits) : Propagator(traits) {}

  [[nodiscard]] std::optional<TraceState> reconcile(const TraceState& state, Sampling,
                                                    const TraceState&) const noexcept override {
    if (state.get(traits().state_key)) return std::nullopt;
    return state.set(traits().state_key, "kept").value_or(state);
  }
  Extracted extract(CarrierReader, Context&, ExtractReport*) const override {
    return Extracted::nothing;
  }
  void inject(const Context& context, CarrierWriter carrier) const override {
    carrier.set(traits().name, context.span_context().trace_state.header());
  }
};

TEST(PropagatorTest, EachFormatOwnsAllThatItReads) {
  for (const RegisteredPropagator& format : registered_propagators()) {
    const FormatTraits& traits = format.traits;
    for (const auto& names : {traits.fields, traits.also_reads, traits.prefixes}) {
      for (const std::string_view name : names) EXPECT_TRUE(traits.owns(name)) << name;
    }
    EXPECT_FALSE(traits.owns("x-other")) << traits.name;
  }
}

TEST(PropagatorTest, EachFormatKeepsItsMemberOfTracestate) {
  static constexpr FormatTraits one = {
      .name = "one", .specification = "", .fields = {}, .state_key = "o"};
  static constexpr FormatTraits two = {
      .name = "two", .specification = "", .fields = {}, .state_key = "t"};
  const PropagatorChain chain({},
                              {std::make_shared<const KeepingPropagator>(one),
                               std::make_shared<const KeepingPropagator>(two)},
                              ExtractionPolicy::last_wins);
  for (const auto& [before, after] : std::map<std::string, std::string>{{"", "t=kept,o=kept"},
                                                                        {"o=1", "t=kept,o=1"},
                                                                        {"t=1", "o=kept,t=1"},
                                                                        {"t=1,o=1", "t=1,o=1"}}) {
    Context context = Context().child();
    context.set_trace_state(*TraceState::parse(before));
    Fields fields;
    chain.inject(context, fields);
    EXPECT_EQ(fields.get("one"), after) << before;
    EXPECT_EQ(fields.get("two"), after) << before;
  }
}

}  // namespace
}  // namespace baton
