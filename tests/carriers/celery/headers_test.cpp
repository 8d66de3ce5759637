// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/headers.hpp"

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "baton/testing/carrier_conformance.hpp"
#include "support/observer.hpp"

namespace {

using namespace baton::testing;
using baton::testing::detail::chain_of;
using boost::json::object;

/// Each name occurs once, and JSON escapes all values.
struct HeadersBinding {
  using Storage = object;
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = false;
  static void add(object& headers, std::string_view name, std::string_view value) {
    headers[name] = value;
  }
  static FieldList raw(const object& headers) {
    FieldList fields;
    for (const auto& [name, value] : headers) {
      fields.emplace_back(name, std::string_view(value.as_string()));
    }
    return fields;
  }
  static auto carrier(object& headers) { return baton::celery::HeadersCarrier(headers); }
  static auto carrier(const object& headers) { return baton::celery::ConstHeadersCarrier(headers); }
};

BATON_TEST_CARRIER(CeleryHeaders, HeadersBinding);

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

TEST(CeleryHeadersTest, TheVeryNameCountsThenTheLastInAnyCase) {
  const auto get = [](const object& headers) {
    const auto value = baton::celery::ConstHeadersCarrier(headers).get("traceparent");
    return std::string(value.value_or("none"));
  };
  EXPECT_EQ(get({{"TRACEPARENT", "x"}, {"traceparent", "y"}, {"Traceparent", "z"}}), "y");
  EXPECT_EQ(get({{"TRACEPARENT", "x"}, {"Traceparent", "z"}}), "z");
  EXPECT_EQ(get({{"TRACEPARENT", "x"}, {"traceparent", nullptr}, {"Traceparent", 1}}), "x");
}

TEST(CeleryHeadersTest, NoSpellingIsLeft) {
  object headers = {{"Traceparent", "x"}, {"a", 1}, {"traceparent", "y"}, {"TRACEPARENT", nullptr}};
  object erased = headers;
  baton::celery::HeadersCarrier(headers).set("traceparent", "new");
  EXPECT_EQ(boost::json::serialize(headers), R"({"a":1,"traceparent":"new"})");
  baton::celery::HeadersCarrier(erased).erase("traceparent");
  EXPECT_EQ(boost::json::serialize(erased), R"({"a":1})");
}

// ---- Headers in the headers ----

const std::string ours = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const std::string other = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// The context that a chain reads, as the fields that it would send.
std::string read(const object& headers, std::string_view chain = "tracecontext,baggage",
                 std::string_view wrong = "") {
  baton::ExtractReport report;
  object fields;
  const baton::Context context =
      baton::celery::extract(headers, {.chain = chain_of(chain), .report = &report});
  chain_of("tracecontext,baggage").inject(context, baton::celery::HeadersCarrier(fields));
  std::string reported;
  for (const auto& [field, error] : report.issues()) {
    EXPECT_EQ(error, baton::ParseError(baton::ErrorCode::wrong_type, 0));
    (reported += field) += ' ';
  }
  EXPECT_EQ(reported, wrong);
  return boost::json::serialize(fields);
}

std::string fields(const object& expected) { return boost::json::serialize(expected); }

TEST(CeleryNestedHeadersTest, AreReadForFormatsWithNoFieldOutside) {
  const object nested = {{"traceparent", other}, {"tracestate", "a=1"}, {"baggage", "k=nested"}};
  EXPECT_EQ(read({{"headers", nested}}), fields(nested));
  EXPECT_EQ(read({{"task", "t"}, {"baggage", "k=outer"}, {"headers", nested}}),
            fields({{"traceparent", other}, {"tracestate", "a=1"}, {"baggage", "k=outer"}}));
  // The list of another trace is not mixed with this one.
  EXPECT_EQ(read({{"traceparent", ours}, {"headers", nested}}),
            fields({{"traceparent", ours}, {"baggage", "k=nested"}}));
  EXPECT_EQ(read({{"Traceparent", ours}, {"headers", nested}, {"BAGGAGE", "k=outer"}}),
            fields({{"traceparent", ours}, {"baggage", "k=outer"}}));
  EXPECT_EQ(read({{"headers", {{"TraceParent", other}}}}), fields({{"traceparent", other}}));
}

// As ddtrace and Sentry publish.
TEST(CeleryNestedHeadersTest, OfOtherTracers) {
  const object of_datadog = {{"x-datadog-trace-id", "9532127138774266268"},
                             {"x-datadog-parent-id", "13235353014750950193"},
                             {"x-datadog-sampling-priority", "1"},
                             {"x-datadog-tags", "_dd.p.tid=0af7651916cd43dd"}};
  const auto trace = [](const object& headers, std::string_view chain) {
    return baton::celery::extract(headers, {.chain = chain_of(chain)})
        .span_context()
        .trace_id.to_string();
  };
  EXPECT_EQ(trace({{"task", "t"}, {"headers", of_datadog}}, "datadog"), ours.substr(3, 32));
  EXPECT_EQ(trace({{"traceparent", other}, {"headers", of_datadog}}, "tracecontext,datadog"),
            ours.substr(3, 32));
  EXPECT_EQ(read({{"sentry-trace", "x"},
                  {"baggage", "k=v"},
                  {"headers", {{"sentry-trace", "x"}, {"baggage", "k=v"}, {"traceparent", ours}}}}),
            fields({{"traceparent", ours}, {"baggage", "k=v"}}));
}

TEST(CeleryNestedHeadersTest, FamiliesAreReadWithTheirFormat) {
  const std::string id = "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1";
  const object nested = {{"uber-trace-id", id}, {"uberctx-b", "2"}};
  EXPECT_EQ(read({{"headers", nested}}, "jaeger"),
            fields({{"traceparent", ours}, {"baggage", "b=2"}}));
  EXPECT_EQ(read({{"task", "t"}, {"headers", nested}}, "jaeger"),
            fields({{"traceparent", ours}, {"baggage", "b=2"}}));
  EXPECT_EQ(read({{"uber-trace-id", id}, {"uberctx-a", "1"}, {"headers", nested}}, "jaeger"),
            fields({{"traceparent", ours}, {"baggage", "a=1"}}));
  EXPECT_EQ(read({{"uberctx-a", "1"}, {"headers", nested}}, "jaeger"),
            fields({{"baggage", "a=1"}}));
}

TEST(CeleryNestedHeadersTest, WhatIsNoObjectOrNoTextIsAbsent) {
  for (const boost::json::value& none : {boost::json::value(), boost::json::value("x"),
                                         boost::json::value(1), boost::json::value({1, 2})}) {
    EXPECT_EQ(read({{"headers", none}, {"baggage", "k=v"}}), fields({{"baggage", "k=v"}}));
  }
  EXPECT_EQ(read({{"traceparent", nullptr}, {"headers", {{"traceparent", ours}}}}),
            fields({{"traceparent", ours}}));
  EXPECT_EQ(read({{"traceparent", 1}, {"headers", {{"traceparent", ours}, {"Baggage", true}}}},
                 "tracecontext,baggage", "traceparent baggage "),
            fields({{"traceparent", ours}}));
  // Fields that are not read are not reported.
  EXPECT_EQ(read({{"baggage", "k=v"}, {"headers", {{"Baggage", true}, {"traceparent", nullptr}}}}),
            fields({{"baggage", "k=v"}}));
  EXPECT_EQ(read({{"headers", {{"Uberctx-A", 1}}}}, "jaeger", "uberctx- "), "{}");
}

TEST(CeleryNestedHeadersTest, WhatTheyHaveIsWrittenThereToo) {
  const auto injected = [](object headers, const baton::Context& context) {
    baton::celery::inject(headers, context, {.chain = chain_of("tracecontext,baggage")});
    return boost::json::serialize(headers);
  };
  const auto context = [](std::string_view traceparent) {
    return chain_of("tracecontext")
        .extract(baton::celery::ConstHeadersCarrier(object{{"traceparent", traceparent}}));
  };
  const object stale = {
      {"a", 1}, {"Traceparent", other}, {"baggage", 7}, {"tracestate", "a=1"}, {"b", 2}};
  EXPECT_EQ(injected({{"task", "t"}, {"headers", stale}}, context(ours)),
            fields({{"task", "t"},
                    {"headers", {{"a", 1}, {"b", 2}, {"traceparent", ours}}},
                    {"traceparent", ours}}));
  EXPECT_EQ(injected({{"traceparent", other}, {"headers", stale}}, {}),
            fields({{"headers", {{"a", 1}, {"b", 2}}}}));
  for (const boost::json::value& none :
       {boost::json::value(object{{"a", "traceparent"}, {"tracestate", nullptr}}),
        boost::json::value("traceparent"), boost::json::value()}) {
    EXPECT_EQ(injected({{"headers", none}}, context(ours)),
              fields({{"headers", none}, {"traceparent", ours}}));
  }
}

TEST(CeleryNestedHeadersTest, NoFamilyOfAnOlderContextRemains) {
  object headers = {{"uberctx-tenant", "old"},
                    {"a", 1},
                    {"Uberctx-b", "old"},
                    {"headers", {{"x", 1}, {"UBERCTX-c", 7}}},
                    {"ot-baggage-b", "old"}};
  const baton::PropagatorChain chain =
      chain_of("jaeger").with_trust({.destinations = {{"partner", false, false, {"b"}}}});
  baton::Context context =
      chain_of("tracecontext")
          .extract(baton::celery::ConstHeadersCarrier(object{{"traceparent", ours}}));
  context.set_baggage(baton::Baggage::parse("b=2,tenant=new"));
  baton::celery::inject(headers, context, {.chain = chain, .destination = "partner"});
  EXPECT_EQ(boost::json::serialize(headers),
            R"({"a":1,"headers":{"x":1},"ot-baggage-b":"old","uberctx-b":"2"})");
}

TEST(CeleryNestedHeadersTest, NoNameIsShownToWhoeverHasSeenEnough) {
  baton::test::Seen seen;
  const baton::PropagatorChain chain(
      {std::make_shared<baton::test::Observer>(seen, "traceparent", 1)});
  const object nested = {{"Traceparent", ours}, {"traceparent", ours}};
  static_cast<void>(baton::celery::extract({{"task", "t"}, {"headers", nested}}, {.chain = chain}));
  EXPECT_EQ(seen.names, std::vector<std::string>{"task"});
  seen.names.clear();
  static_cast<void>(baton::celery::extract({{"headers", nested}}, {.chain = chain}));
  EXPECT_EQ(seen.names, std::vector<std::string>{"Traceparent"});
}

TEST(CeleryNestedHeadersTest, AChainOfManyReaders) {
  std::vector<baton::PropagatorChain::Entry> readers(
      40, baton::make_chain("b3").chain.readers().front());
  readers.push_back(chain_of("tracecontext").readers().front());
  const baton::PropagatorChain chain(readers);
  const object headers = {{"headers", {{"traceparent", ours}}}};
  EXPECT_TRUE(baton::celery::extract(headers, {.chain = chain}).span_context().is_valid());
}

}  // namespace
