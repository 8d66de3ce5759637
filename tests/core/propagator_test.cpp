// SPDX-License-Identifier: Apache-2.0
#include "baton/propagator.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "baton/chain.hpp"
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

}  // namespace
}  // namespace baton
