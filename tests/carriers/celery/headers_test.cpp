#include "baton/carriers/celery/headers.hpp"

#include <boost/json.hpp>

#include "carriers/conformance.hpp"

namespace {

using namespace carrier_conformance;
using boost::json::object;

// Names are exact, each comes once, and JSON escapes whatever is in a value.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MultiValueCarrierTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OrderedCarrierTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CaseInsensitiveCarrierTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MixedCaseCarrierTest);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HeaderSafeCarrierTest);

struct HeadersBinding {
  using Storage = object;
  static void add(object& headers, std::string_view name, std::string_view value) {
    headers[name] = value;
  }
  static RawFields raw(const object& headers) {
    RawFields fields;
    for (const auto& [name, value] : headers) {
      fields.emplace_back(name, std::string_view(value.as_string()));
    }
    return fields;
  }
  static auto carrier(object& headers) { return baton::celery::HeadersCarrier(headers); }
  static auto carrier(const object& headers) { return baton::celery::ConstHeadersCarrier(headers); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(CeleryHeaders, CarrierTest, HeadersBinding);

TEST(CeleryHeadersTest, WhatIsNoStringIsAbsent) {
  object headers = {{"null", nullptr},        {"number", 1},  {"list", {"a"}},
                    {"object", {{"a", "b"}}}, {"bool", true}, {"text", ""}};
  const baton::celery::HeadersCarrier carrier(headers);
  for (const char* name : {"null", "number", "list", "object", "bool"}) {
    EXPECT_EQ(carrier.get(name), std::nullopt) << name;
  }
  std::vector<std::string> names;
  carrier.keys([&](std::string_view name) {
    names.emplace_back(name);
    return true;
  });
  EXPECT_EQ(names, std::vector<std::string>{"text"});
}

TEST(CeleryHeadersTest, SetReplacesAnyTypeInItsPlace) {
  object headers = {{"a", 1}, {"traceparent", nullptr}, {"b", 2}};
  baton::celery::HeadersCarrier(headers).set("traceparent", "x");
  EXPECT_EQ(boost::json::serialize(headers), R"({"a":1,"traceparent":"x","b":2})");
}

TEST(CeleryHeadersTest, EraseKeepsTheOrder) {
  object headers = {{"a", 1}, {"b", "x"}, {"c", 3}, {"d", 4}};
  baton::celery::HeadersCarrier(headers).erase("b");
  EXPECT_EQ(boost::json::serialize(headers), R"({"a":1,"c":3,"d":4})");
}

TEST(CeleryHeadersTest, NamesAreExact) {
  const object headers = {{"Traceparent", "x"}};
  EXPECT_EQ(baton::celery::ConstHeadersCarrier(headers).get("traceparent"), std::nullopt);
}

}  // namespace
