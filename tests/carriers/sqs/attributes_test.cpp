// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/sqs/attributes.hpp"

#include <map>

#include "baton/carriers/sqs.hpp"
#include "baton/testing/carrier_conformance.hpp"
#include "support/count_allocations.hpp"

namespace {

using namespace baton::testing;
using namespace std::string_view_literals;
using baton::sqs::AttributeMapCarrier;
using baton::testing::detail::full_context;

/// MessageAttributeValue of the AWS SDK.
class Value {
 public:
  const std::string& GetDataType() const { return type_; }
  const std::string& GetStringValue() const { return text_; }
  void SetDataType(const std::string& type) { type_ = type; }
  void SetStringValue(const std::string& text) { text_ = text; }

 private:
  std::string type_;
  std::string text_;
};

using Map = std::map<std::string, Value>;

struct MapBinding {
  using Storage = Map;
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = false;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    Value& attribute = storage[std::string(name)];
    attribute.SetDataType("String");
    attribute.SetStringValue(std::string(value));
  }
  static FieldList raw(const Storage& storage) {
    FieldList fields;
    for (const auto& [name, value] : storage) fields.emplace_back(name, value.GetStringValue());
    return fields;
  }
  static auto carrier(Storage& storage) { return AttributeMapCarrier(storage); }
  static auto carrier(const Storage& storage) { return AttributeMapCarrier(storage); }
};

BATON_TEST_CARRIER(Attributes, MapBinding);

TEST(SqsAttributesTest, TypesOtherThanStringAreAbsent) {
  Map map;
  const auto keys = [](const Map& of) {
    std::string all;
    AttributeMapCarrier(of).keys([&](std::string_view name) {
      all += name;
      return true;
    });
    return all;
  };
  for (const char* type : {"Number", "Binary", "Stringy", ""}) {
    MapBinding::add(map, "a", "1");
    map["a"].SetDataType(type);
    EXPECT_EQ(AttributeMapCarrier(map).get("a"), std::nullopt) << type;
    EXPECT_EQ(AttributeMapCarrier(map).get("A"), std::nullopt) << type;
    EXPECT_EQ(keys(map), "") << type;
  }
  map["a"].SetDataType("String.w3c");
  EXPECT_EQ(AttributeMapCarrier(map).get("a"), "1");
  EXPECT_EQ(keys(map), "a");
}

TEST(SqsAttributesTest, AChainReadsWithoutAllocating) {
  Map map;
  MapBinding::add(map, "X-B3-TraceId", "0af7651916cd43dd8448eb211c80319c");
  MapBinding::add(map, "x-b3-spanid", "b7ad6b7169203331");
  const baton::PropagatorChain chain = baton::make_chain("datadog,b3multi").chain;
  static_cast<void>(chain.extract(AttributeMapCarrier(map)));  // makes this thread's counters
  const std::size_t before = baton::test::allocations;
  const baton::Context context = chain.extract(AttributeMapCarrier(map));
  EXPECT_EQ(baton::test::allocations - before, 0U);
  EXPECT_TRUE(context.span_context().is_valid());
}

TEST(SqsAttributesTest, TheVeryNameCountsThenOthersInAnyCase) {
  Map map;
  const AttributeMapCarrier carrier(map);
  MapBinding::add(map, "TRACEPARENT", "1");
  MapBinding::add(map, "Traceparent", "2");
  EXPECT_EQ(carrier.get("traceparent"), "2");
  MapBinding::add(map, "traceparent", "3");
  MapBinding::add(map, "tracepareNT", "4");
  std::string all;
  const auto add = [&](std::string_view value) {
    all += value;
    return true;
  };
  EXPECT_EQ(carrier.get("traceparent"), "3");
  carrier.get_all("traceparent", add);
  map["traceparent"].SetDataType("Number");
  EXPECT_EQ(carrier.get("traceparent"), "4");
  carrier.get_all("traceparent", add);
  EXPECT_EQ(all, "3124");
  int visits = 0;
  carrier.get_all("traceparent", [&](std::string_view) { return ++visits < 2; });
  EXPECT_EQ(visits, 2);
}

TEST(SqsAttributesTest, WhatSqsWouldRefuseIsNotWritten) {
  Map map;
  const AttributeMapCarrier carrier(map);
  for (const std::string_view name : {""sv, "a b"sv, ".a"sv, "a."sv, "a..b"sv, "\xC3\xA9"sv}) {
    carrier.set(name, "1");
  }
  carrier.set(std::string(257, 'a'), "1");
  for (const std::string_view value : {""sv, "\0"sv, "a\x1f"sv}) {
    MapBinding::add(map, "a", "old");
    carrier.set("a", value);
  }
  EXPECT_EQ(map.size(), 0U);
  carrier.set(std::string(256, 'a'), "\t\xC3\xA9\n\r ");
  carrier.set("A-b_c.9", "1");
  EXPECT_EQ(map.size(), 2U);
}

TEST(SqsAttributesTest, NamesOfAmazonAreReserved) {
  using baton::sqs::is_attribute_name;
  for (const std::string_view name :
       {"AWS.x"sv, "aws.x"sv, "aWs.TraceHeader"sv, "Amazon.x"sv, "amazon.x"sv, "AMAZON.x.y"sv}) {
    EXPECT_FALSE(is_attribute_name(name)) << name;
  }
  for (const std::string_view name :
       {"AWS"sv, "AWSTraceHeader"sv, "aws-x"sv, "x.aws.y"sv, "amazon"sv, "Amazon_x"sv, "aw.s"sv}) {
    EXPECT_TRUE(is_attribute_name(name)) << name;
  }
  Map map;
  AttributeMapCarrier(map).set("AWS.x", "1");
  EXPECT_EQ(map.size(), 0U);
}

TEST(SqsAttributesTest, ValuesHaveTheCharactersOfXml) {
  using baton::sqs::is_attribute_value;
  for (const std::string_view value :
       {"\xEF\xBF\xBE"sv, "\xEF\xBF\xBF"sv, "a\xEF\xBF\xBE"sv, "a\xEF\xBF\xBF."sv}) {
    EXPECT_FALSE(is_attribute_value(value)) << value;
  }
  // U+FFFD, U+10000, U+1FFFF, U+E000, U+D7FF, U+0080
  for (const std::string_view value :
       {"\xEF\xBF\xBD"sv, "\xF0\x90\x80\x80"sv, "\xF0\x9F\xBF\xBF"sv, "\xEE\x80\x80"sv,
        "\xED\x9F\xBF"sv, "\xC2\x80"sv, "\t\n\r \x7f"sv}) {
    EXPECT_TRUE(is_attribute_value(value)) << value;
  }
}

TEST(SqsAttributesTest, ANameMayBeAViewOfAKey) {
  constexpr std::string_view upper = "X-B3-ParentSpanId-long-enough";
  constexpr std::string_view lower = "x-b3-parentspanid-long-enough";
  Map map;
  const AttributeMapCarrier carrier(map);
  MapBinding::add(map, upper, "1");
  MapBinding::add(map, lower, "2");
  carrier.erase(map.begin()->first);
  EXPECT_EQ(map.size(), 0U);
  MapBinding::add(map, upper, "1");
  MapBinding::add(map, lower, "2");
  carrier.set(map.begin()->first, map.begin()->second.GetStringValue());
  EXPECT_EQ(MapBinding::raw(map), (FieldList{{std::string(lower), "1"}}));
}

TEST(SqsAttributesTest, TheGuidesCode) {
  Map attributes;
  const baton::Context context = full_context();
  const auto left_out = baton::sqs::inject(attributes, context);
  EXPECT_TRUE(left_out.empty());
  EXPECT_EQ(baton::global_chain().extract(AttributeMapCarrier(attributes)), context);
}

TEST(SqsAttributesTest, TenAreTheMost) {
  Map map;
  const AttributeMapCarrier carrier(map);
  for (int i = 0; i < 12; ++i) carrier.set("n" + std::to_string(i), "old");
  EXPECT_EQ(map.size(), 10U);
  carrier.set("n3", "new");
  EXPECT_EQ(carrier.get("n3"), "new");
  EXPECT_EQ(carrier.get("n10"), std::nullopt);
}

/// The same as of requests in JSON: see SqsInjectTest.
class SqsMapInjectTest : public testing::Test {
 protected:
  static Map numbers(int count) {
    Map map;
    for (int i = 0; i < count; ++i) MapBinding::add(map, "n" + std::to_string(i), "1");
    return map;
  }
  /// The names of the context's fields that are in the map.
  static std::string fields_in(const Map& map) {
    std::string names;
    for (const auto& [name, value] : map) {
      if (!name.starts_with('n')) names += name + " ";
    }
    return names;
  }
};

TEST_F(SqsMapInjectTest, WhatHasNoRoomIsReturnedAndTraceparentIsWrittenFirst) {
  using LeftOuts = std::vector<baton::sqs::LeftOut>;
  const baton::PropagatorChain chain = baton::make_chain("baggage,tracecontext").chain;
  struct Case {
    int others;
    std::string written;
    LeftOuts left_out;
  };
  const Case cases[] = {
      {7, "baggage traceparent tracestate ", {}},
      {8, "baggage traceparent ", {{0, "tracestate", 8}}},
      {9, "traceparent ", {{0, "baggage", 9}, {0, "tracestate", 9}}},
      {10, "", {{0, "baggage", 10}, {0, "traceparent", 10}, {0, "tracestate", 10}}},
      {12, "", {{0, "baggage", 12}, {0, "traceparent", 12}, {0, "tracestate", 12}}},
  };
  for (const auto& [others, written, left_out] : cases) {
    Map map = numbers(others);
    EXPECT_EQ(baton::sqs::inject(map, full_context(), {.chain = chain}), left_out) << others;
    EXPECT_EQ(fields_in(map), written);
    EXPECT_EQ(map.size(), static_cast<std::size_t>(others) + 3 - left_out.size());
  }
}

TEST_F(SqsMapInjectTest, NothingStaleRemains) {
  Map map = numbers(9);
  MapBinding::add(map, "Baggage", "old=1");
  MapBinding::add(map, "TRACEPARENT", "old");
  EXPECT_EQ(baton::sqs::inject(map, full_context()).size(), 2U);
  EXPECT_EQ(fields_in(map), "traceparent ");
  EXPECT_NE(map["traceparent"].GetStringValue(), "old");
  EXPECT_TRUE(baton::sqs::inject(map, baton::Context()).empty());
  EXPECT_EQ(fields_in(map), "");
  map.clear();
  MapBinding::add(map, "Uberctx-tenant", "old");
  const baton::PropagatorChain chain = baton::make_chain("jaeger").chain;
  EXPECT_TRUE(
      baton::sqs::inject(map, full_context(), {.chain = baton::make_chain("b3").chain}).empty());
  EXPECT_EQ(fields_in(map), "Uberctx-tenant b3 ");
  EXPECT_TRUE(baton::sqs::inject(map, baton::Context(), {.chain = chain}).empty());
  EXPECT_EQ(fields_in(map), "b3 ");
}

TEST_F(SqsMapInjectTest, AFormatIsWrittenWholeOrNotAtAll) {
  using LeftOuts = std::vector<baton::sqs::LeftOut>;
  const baton::PropagatorChain chain = baton::make_chain("b3multi,baggage").chain;
  Map map = numbers(7);
  EXPECT_EQ(baton::sqs::inject(map, full_context(), {.chain = chain}),
            (LeftOuts{{0, "baggage", 7}}));
  EXPECT_EQ(fields_in(map), "x-b3-sampled x-b3-spanid x-b3-traceid ");
  map = numbers(8);
  EXPECT_EQ(baton::sqs::inject(map, full_context(), {.chain = chain}),
            (LeftOuts{{0, "x-b3-traceid", 8}, {0, "x-b3-spanid", 8}, {0, "x-b3-sampled", 8}}));
  EXPECT_EQ(fields_in(map), "baggage ");
}

TEST_F(SqsMapInjectTest, WhatSqsWouldRefuseIsReturned) {
  using LeftOuts = std::vector<baton::sqs::LeftOut>;
  const baton::PropagatorChain chain = baton::make_chain("jaeger").chain;
  baton::Context context;
  context.set_baggage(baton::Baggage::parse("empty=,bad!name=1,Good.name=1"));
  Map map;
  MapBinding::add(map, "uberctx-empty", "old");
  EXPECT_EQ(baton::sqs::inject(map, context, {.chain = chain}),
            (LeftOuts{{0, "uberctx-empty", 0}, {0, "uberctx-bad!name", 0}}));
  EXPECT_EQ(fields_in(map), "uberctx-good.name ");
}

TEST_F(SqsMapInjectTest, ObeysTheRuleForTheDestination) {
  const baton::PropagatorChain chain =
      baton::make_chain("tracecontext,baggage")
          .chain.with_trust({.destinations = {{.destination = "q", .context = true}}});
  Map map;
  EXPECT_TRUE(
      baton::sqs::inject(map, full_context(), {.chain = chain, .destination = "q"}).empty());
  EXPECT_EQ(fields_in(map), "traceparent ");
}

}  // namespace
