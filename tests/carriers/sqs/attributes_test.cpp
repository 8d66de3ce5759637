// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/sqs/attributes.hpp"

#include <map>

#include "baton/testing/carrier_conformance.hpp"

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
  baton::global_chain().inject(context, baton::sqs::AttributeMapCarrier(attributes));
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

}  // namespace
