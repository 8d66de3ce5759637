// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/envelope.hpp"

#include "baton/testing/carrier_conformance.hpp"
#include "support/count_allocations.hpp"
#include "support/fields.hpp"

namespace {

using namespace baton::testing;
using baton::ErrorCode;
using baton::ParseError;
using baton::celery::ConstEnvelopeCarrier;
using baton::celery::EnvelopeCarrier;
using baton::celery::Protocol1;
using baton::testing::detail::chain_of;
using baton::testing::detail::full_context;

// ---- The carrier, with each change applied immediately ----

/// Applies its changes when it is destroyed, for tests of one `set`.
class ApplyingCarrier : public EnvelopeCarrier {
 public:
  using EnvelopeCarrier::EnvelopeCarrier;
  ~ApplyingCarrier() { EXPECT_TRUE(apply().has_value()); }
};

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') json += '\\';
    json += c;
  }
  return json + '"';
}

/// Each name occurs once, and nothing breaks a JSON string.
struct EnvelopeBinding {
  struct Storage {
    std::string envelope = R"({"body": "", "headers": {}})";
  };
  static constexpr bool holds_mixed_case = true;
  static constexpr bool writes_lines = false;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    bool is_there = false;
    ConstEnvelopeCarrier(storage.envelope).keys([&](std::string_view other) {
      is_there = is_there || other == name;
      return true;
    });
    if (is_there) return;
    std::string member = storage.envelope.ends_with("{}}") ? "" : ",";
    member += quoted(name) + ": " + quoted(value);
    storage.envelope.insert(storage.envelope.size() - 2, member);
  }
  static FieldList raw(const Storage& storage) {
    FieldList fields;
    const ConstEnvelopeCarrier carrier(storage.envelope);
    EXPECT_EQ(carrier.error(), ParseError());
    carrier.keys([&](std::string_view name) {
      fields.emplace_back(name, carrier.get(name).value());
      return true;
    });
    return fields;
  }
  static auto carrier(Storage& storage) { return ApplyingCarrier(storage.envelope); }
  static auto carrier(const Storage& storage) { return ConstEnvelopeCarrier(storage.envelope); }
};

BATON_TEST_CARRIER(Envelope, EnvelopeBinding);

// ---- Writing ----

const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
const std::string field = "\"traceparent\":\"" + parent + "\"";

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = chain_of("tracecontext,baggage");
  return chain;
}

baton::Context parent_alone() {
  baton::Context context = full_context();
  context.set_trace_state({});
  context.set_baggage({});
  return context;
}

std::string injected(std::string envelope, const baton::Context& context = parent_alone()) {
  const auto result = baton::celery::inject(envelope, context, {.chain = w3c()});
  EXPECT_TRUE(result.has_value()) << result.error().message();
  return envelope;
}

TEST(CeleryEnvelopeTest, FieldsGoIntoTheHeadersAndAllElseStays) {
  const std::string before =
      "\t{\"body\":\"W1tdLCB7fSwge31d\" , \"n\": [1.0, 1E5, 123456789012345678901234567890], "
      "\"headers\" : { \"lang\":\"py\", \"task\":\"t\\u00e4sk\", \"retries\" :0.0 ";
  const std::string behind =
      "} ,\r\n\"properties\": {\"a\":1,\"a\":2}, \"\\u0062\":\"\xC3\xA9\"}\n";
  EXPECT_EQ(injected(before + behind),
            before.substr(0, before.size() - 1) + "," + field + " " + behind);
}

TEST(CeleryEnvelopeTest, HeadersAreMadeWhereThereAreNone) {
  EXPECT_EQ(injected("{}"), "{\"headers\":{" + field + "}}");
  EXPECT_EQ(injected(R"({"body": "" })"), R"({"body": "","headers":{)" + field + "} }");
  EXPECT_EQ(injected(R"({"headers": null, "body": ""})"),
            R"({"headers": {)" + field + R"(}, "body": ""})");
  EXPECT_EQ(injected(R"({"headers": { }})"), R"({"headers": {)" + field + " }}");
  EXPECT_EQ(injected(R"({"headers":null})", {}), R"({"headers":null})");
  EXPECT_EQ(injected("{}", {}), "{}");
}

TEST(CeleryEnvelopeTest, StaleFieldsAreReplacedOrGo) {
  EXPECT_EQ(
      injected(R"({"headers":{"traceparent":null,"tracestate":"a=b", "x":1 , "baggage":[]}})"),
      R"({"headers":{"traceparent":")" + parent + R"(", "x":1}})");
  EXPECT_EQ(injected(R"({"headers":{"trace\u0070arent":{}}})"),
            R"({"headers":{"trace\u0070arent":")" + parent + "\"}}");
  EXPECT_EQ(injected(R"({"headers":{"traceparent":"x","y":1}})", {}), R"({"headers":{"y":1}})");
}

TEST(CeleryEnvelopeTest, NoSpellingIsLeft) {
  EXPECT_EQ(injected(R"({"headers":{"Traceparent":"x", "a":1, "TRACEPARENT":2 }})"),
            R"({"headers":{"a":1,)" + field + " }}");
  EXPECT_EQ(injected(R"({"headers":{"Traceparent":"x", "traceparent":"y", "a":1}})"),
            R"({"headers":{)" + field + R"(, "a":1}})");
  EXPECT_EQ(injected(R"({"headers":{"BAGGAGE":"x","a":1,"traceParent":null}})", {}),
            R"({"headers":{"a":1}})");
}

// ---- Headers in the headers ----

TEST(CeleryEnvelopeTest, WhatNestedHeadersHaveIsWrittenThereToo) {
  EXPECT_EQ(injected(R"({"headers":{"task":"t", "headers": {"traceparent":"old", "b": 1.0} }})"),
            R"({"headers":{"task":"t", "headers": {)" + field + R"(, "b": 1.0},)" + field + " }}");
  EXPECT_EQ(injected(R"({"headers":{"Traceparent":"x","headers":{"b":1,"TraceParent":[]},"a":1}})"),
            R"({"headers":{"headers":{"b":1,)" + field + R"(},"a":1,)" + field + "}}");
  EXPECT_EQ(injected(R"({"headers":{"headers":{"baggage":"k=v","b":1,"tracestate":"a=1"}}})", {}),
            R"({"headers":{"headers":{"b":1}}})");
  for (const std::string_view nested :
       {"{}", "null", "[{\"traceparent\":1}]", "\"traceparent\"", R"({"traceparent" : null})",
        R"({"headers":{"traceparent":"x","traceparent":"y"}})"}) {
    const std::string before = R"({"headers":{"headers":)" + std::string(nested);
    EXPECT_EQ(injected(before + "}}"), before + "," + field + "}}");
  }
}

TEST(CeleryEnvelopeTest, NoFamilyOfAnOlderContextRemains) {
  std::string envelope =
      R"({"headers":{"uberctx-tenant":"old", "a":1, "uberctx-b": 7 ,"headers":{"UBERCTX-c":1,"x":1,)"
      R"("Uberctx-b":"old"},"ot-baggage-b":"old","Uberctx-B":"old"}})";
  const baton::PropagatorChain chain = baton::make_chain("jaeger").chain.with_trust(
      {.destinations = {{"partner", false, false, {"b"}}}});
  baton::Context context = parent_alone();
  context.set_baggage(baton::Baggage::parse("b=2,tenant=new"));
  ASSERT_TRUE(baton::celery::inject(envelope, context, {.chain = chain, .destination = "partner"})
                  .has_value());
  EXPECT_EQ(envelope, R"({"headers":{"a":1, "uberctx-b": "2" ,"headers":{"x":1,"uberctx-b":"2"},)"
                      R"("ot-baggage-b":"old"}})");
}

TEST(CeleryEnvelopeTest, NestedHeadersAreReadForFormatsWithNoFieldOutside) {
  const std::string nested =
      R"("headers": {"Traceparent": ")" + parent + R"(", "tracestate": "rojo=1", "baggage": 7})";
  const auto read = [](const std::string& headers, std::string_view wrong) {
    baton::ExtractReport report;
    const std::string envelope = R"({"headers": {)" + headers + "}}";
    const baton::Context context =
        baton::celery::extract(envelope, {.chain = w3c(), .report = &report});
    EXPECT_EQ(report.issue_count(), wrong.empty() ? 0U : 1U);
    EXPECT_EQ(report.issues().empty() ? "" : report.issues()[0].field, wrong);
    return context;
  };
  EXPECT_EQ(read(nested, "baggage").span_context().trace_state.header(), "rojo=1");
  const std::string other = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const baton::Context mixed =
      read(nested + R"(, "baggage": "k=v", "traceparent": ")" + other + "\"", "");
  EXPECT_EQ(mixed.span_context().span_id.to_string(), other.substr(36, 16));
  EXPECT_EQ(mixed.span_context().trace_state.header(), "");
  EXPECT_EQ(mixed.baggage().header(), "k=v");
}

struct Bad {
  std::string_view envelope;
  ErrorCode code;
  std::size_t offset;
};

constexpr Bad bad[] = {
    {"", ErrorCode::too_short, 0},
    {"[]", ErrorCode::wrong_type, 0},
    {"\"{}\"", ErrorCode::wrong_type, 0},
    {R"({"headers": {"a": "b")", ErrorCode::too_short, 21},
    {R"({"headers": {"a": "b"})", ErrorCode::too_short, 22},
    {R"({"headers": {"a": "b"}} {})", ErrorCode::too_long, 24},
    {R"({"headers": []})", ErrorCode::wrong_type, 12},
    {R"({"headers": "{}"})", ErrorCode::wrong_type, 12},
    {R"({"headers": 7})", ErrorCode::wrong_type, 12},
    {R"({"headers": true})", ErrorCode::wrong_type, 12},
    {R"({"headers": nil})", ErrorCode::bad_value, 13},
    {R"({"headers": {}, "headers": {}})", ErrorCode::duplicate_key, 16},
    {R"({"body": "", "body": ""})", ErrorCode::duplicate_key, 13},
    {R"({"headers": {"task": "a", "x": 1, "task": "b"}})", ErrorCode::duplicate_key, 34},
    {R"({"headers": {"headers": {"a": 1, "a": 2}}})", ErrorCode::duplicate_key, 33},
    {R"({"headers": {}, "n": 1e309})", ErrorCode::bad_number, 21},
    {R"({"headers": {"a": "\ud800"}})", ErrorCode::bad_utf8, 19},
    {"{\"headers\": {}, \"body\": \"\xFF\"}", ErrorCode::bad_utf8, 25},
    {"{\"headers\": {}, \"body\": \"\n\"}", ErrorCode::bad_value, 25},
};

TEST(CeleryEnvelopeTest, AnErrorTellsWhereAndLeavesTheEnvelope) {
  for (const auto& [text, code, offset] : bad) {
    std::string envelope(text);
    const auto result = baton::celery::inject(envelope, parent_alone(), {.chain = w3c()});
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error(), ParseError(code, offset)) << text << ": " << result.error().message();
    EXPECT_EQ(envelope, text);
    baton::ExtractReport report;
    EXPECT_EQ(baton::celery::extract(text, {.chain = w3c(), .report = &report}), baton::Context());
    ASSERT_EQ(report.issue_count(), 1U);
    EXPECT_EQ(report.issues()[0].field, "envelope");
    EXPECT_EQ(report.issues()[0].error, ParseError(code, offset));
    EnvelopeCarrier carrier(envelope);
    carrier.set("a", "b");
    EXPECT_EQ(carrier.get("task"), std::nullopt);
    EXPECT_EQ(carrier.apply().error(), ParseError(code, offset));
    EXPECT_EQ(envelope, text);
  }
}

TEST(CeleryEnvelopeTest, EveryCutIsAnError) {
  const std::string whole = injected(
      R"({"body": "W10=", "headers": {"task": "t", "timelimit": [null, 1.5e3]}, "properties": {}})",
      full_context());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string cut = whole.substr(0, size);
    const auto result = baton::celery::inject(cut, parent_alone(), {.chain = w3c()});
    ASSERT_FALSE(result.has_value()) << cut;
    EXPECT_EQ(result.error(), ParseError(ErrorCode::too_short, size)) << cut;
    EXPECT_EQ(cut, whole.substr(0, size));
  }
}

TEST(CeleryEnvelopeTest, MegabytesThousandsAndDepths) {
  std::string envelope = R"({"body": ")" + std::string(1 << 20, 'A') + R"(", "headers": {)";
  for (int i = 0; i < 50000; ++i) envelope += "\"h" + std::to_string(i) + "\": null, ";
  envelope += R"("task": "t"}})";
  const std::string before = envelope;
  envelope = injected(envelope, full_context());
  EXPECT_EQ(baton::celery::extract(envelope, {.chain = w3c()}), full_context());
  EXPECT_EQ(injected(envelope, {}), before);

  std::string deep = R"({"headers": {"stamps": )" + std::string(100000, '[') + "}}";
  const std::string untouched = deep;
  EXPECT_EQ(baton::celery::inject(deep, full_context(), {.chain = w3c()}).error(),
            ParseError(ErrorCode::too_deep, 23 + 1022));
  EXPECT_EQ(deep, untouched);
}

TEST(CeleryEnvelopeTest, ACarrierIsDoneOnceItHasWritten) {
  std::string envelope = R"({"headers": {"task": "t"}})";
  EnvelopeCarrier carrier(envelope);
  carrier.set("a", "1");
  ASSERT_TRUE(carrier.apply().has_value());
  const std::string written = envelope;
  EXPECT_EQ(carrier.get("task"), std::nullopt);
  carrier.set("b", "2");
  carrier.erase("task");
  EXPECT_TRUE(carrier.apply().has_value());
  EXPECT_EQ(envelope, written);
}

// ---- Reading ----

TEST(CeleryEnvelopeTest, ReadsEscapedTextsAndReportsOtherTypes) {
  baton::ExtractReport report;
  const baton::Context context = baton::celery::extract(
      R"({"headers": {"task": "t", "trace\u0070arent": "\u0030)" + parent.substr(1) +
          R"(", "tracestate": ["a=b"], "baggage": 7, "other": 8}})",
      {.chain = w3c(), .report = &report});
  EXPECT_EQ(context.span_context().span_id, full_context().span_context().span_id);
  ASSERT_EQ(report.issue_count(), 2U);
  EXPECT_EQ(report.issues()[0].field, "tracestate");
  EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::wrong_type, 0));
  EXPECT_EQ(report.issues()[1].field, "baggage");
}

TEST(CeleryEnvelopeTest, TheVeryNameCountsThenTheLastInAnyCase) {
  const auto get = [](std::string_view headers) {
    const std::string envelope = R"({"headers": )" + std::string(headers) + "}";
    const ConstEnvelopeCarrier carrier(envelope);
    return std::string(carrier.get("traceparent").value_or("none"));
  };
  EXPECT_EQ(get(R"({"TRACEPARENT": "x", "trace\u0070arent": "y", "Traceparent": "z"})"), "y");
  EXPECT_EQ(get(R"({"TRACEPARENT": "x", "Trace\u0050arent": "z"})"), "z");
  EXPECT_EQ(get(R"({"TRACEPARENT": "x", "traceparent": null, "Traceparent": 1})"), "x");
  EXPECT_EQ(get(R"({"traceparent": null, "traceparent ": "x"})"), "none");
  baton::ExtractReport report;
  EXPECT_EQ(baton::celery::extract(R"({"headers": {"traceparent": null, "Baggage": 1}})",
                                   {.chain = w3c(), .report = &report}),
            baton::Context());
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].field, "baggage");
}

// ---- Tasks of protocol 1 ----

std::string protocol_1(const std::string& body, std::string_view encoding) {
  return R"({"headers": {}, "body": ")" + body + R"(", "properties": {"body_encoding": )" +
         std::string(encoding) + "}}";
}

// {"task": "t", "id": "1", "args": [], "kwargs": {"x": 1}}
const std::string in_base64 = protocol_1(
    "eyJ0YXNrIjogInQiLCAiaWQiOiAiMSIsICJhcmdzIjogW10sICJrd2FyZ3MiOiB7IngiOiAxfX0=", "\"base64\"");
const std::string in_plain = protocol_1(R"({\"task\":\"t\",\n\"kwargs\" : {\"x\": 1 }})", "null");

const std::string escaped_field = R"(\"traceparent\":\")" + parent + R"(\")";

constexpr auto kwargs = baton::celery::Protocol1::kwargs;

TEST(CeleryProtocol1Test, FieldsGoIntoTheArgumentsOnRequestAlone) {
  std::string envelope = in_plain;
  ASSERT_TRUE(baton::celery::inject(envelope, parent_alone(), {.chain = w3c(), .protocol1 = kwargs})
                  .has_value());
  EXPECT_EQ(envelope,
            protocol_1(R"({\"task\":\"t\",\u000a\"kwargs\" : {\"x\": 1,)" + escaped_field + " }}",
                       "null"));
  EXPECT_EQ(baton::celery::extract(envelope, {.chain = w3c()}), parent_alone());

  EXPECT_EQ(injected(in_plain).find(parent), in_plain.find("{}") + field.find(parent) + 1);

  std::string protocol_2 = R"({"headers": {"task": "t"}, "body": "W10="})";
  ASSERT_TRUE(
      baton::celery::inject(protocol_2, parent_alone(), {.chain = w3c(), .protocol1 = kwargs})
          .has_value());
  EXPECT_EQ(protocol_2, R"({"headers": {"task": "t",)" + field + R"(}, "body": "W10="})");
}

TEST(CeleryProtocol1Test, NoStaleHeaderHidesTheArguments) {
  const std::string body = R"("body": "{\"task\":1,\"kwargs\":{}}")";
  const std::string headers =
      R"("headers": {"Traceparent": "old", "a": 1, "headers": {"baggage": "old=1"}})";
  const auto without = [](std::string text) {
    for (const std::string_view gone : {R"("Traceparent": "old", )", R"("baggage": "old=1")"}) {
      text.erase(text.find(gone), gone.size());
    }
    return text.insert(text.find("{}}\"") + 1, escaped_field);
  };
  for (const std::string& text : {body + ", " + headers, headers + ", " + body}) {
    std::string envelope = "{" + text + "}";
    ASSERT_TRUE(
        baton::celery::inject(envelope, parent_alone(), {.chain = w3c(), .protocol1 = kwargs})
            .has_value());
    EXPECT_EQ(envelope, without("{" + text + "}"));
    EXPECT_EQ(baton::celery::extract(envelope, {.chain = w3c()}), parent_alone());
  }
}

TEST(CeleryProtocol1Test, NoStaleHeaderOfAFamilyHidesTheArguments) {
  const baton::PropagatorChain jaeger = baton::make_chain("jaeger").chain;
  const auto with = [](std::string_view headers) {
    return R"({"body":"{\"task\":\"t\",\"kwargs\":{}}","headers":{)" + std::string(headers) +
           R"(},"properties":{}})";
  };
  for (const std::string_view headers :
       {R"("uberctx-tenant":"x")", R"("Uberctx-a":"x","uberctx-b":"y")",
        R"("headers":{"uberctx-tenant":"x","UBER-TRACE-ID":1})"}) {
    std::string envelope = with(headers);
    ASSERT_TRUE(
        baton::celery::inject(envelope, parent_alone(), {.chain = jaeger, .protocol1 = kwargs})
            .has_value());
    EXPECT_EQ(envelope.find("ctx-"), std::string::npos) << envelope;
    EXPECT_EQ(baton::celery::extract(envelope, {.chain = jaeger}).span_context().span_id,
              parent_alone().span_context().span_id)
        << envelope;
  }
}

TEST(CeleryProtocol1Test, NoFamilyOfAnOlderContextRemainsInTheArguments) {
  std::string envelope =
      protocol_1(R"({\"task\":\"t\",\"kwargs\":{\"Uberctx-a\":\"x\",\"b\":1}})", "null");
  ASSERT_TRUE(baton::celery::inject(
                  envelope, {}, {.chain = baton::make_chain("jaeger").chain, .protocol1 = kwargs})
                  .has_value());
  EXPECT_EQ(envelope, protocol_1(R"({\"task\":\"t\",\"kwargs\":{\"b\":1}})", "null"));
}

TEST(CeleryProtocol1Test, NestedHeadersCountForMoreThanArguments) {
  const std::string envelope = R"({"headers": {"headers": {"traceparent": ")" + parent +
                               R"("}}, "body": "{\"task\":1,\"kwargs\":{\"baggage\":\"k=v\"}}"})";
  EXPECT_EQ(baton::celery::extract(envelope, {.chain = w3c()}), parent_alone());
}

TEST(CeleryProtocol1Test, MembersOfOtherSpellingsRemain) {
  const std::string others = R"({"Body":1,"HEADERS":2,)";
  std::string envelope = others + in_plain.substr(1);
  ASSERT_TRUE(baton::celery::inject(envelope, parent_alone(), {.chain = w3c(), .protocol1 = kwargs})
                  .has_value());
  EXPECT_EQ(envelope.substr(0, others.size()), others);
}

TEST(CeleryProtocol1Test, BodiesInBase64) {
  std::string envelope = in_base64;
  ASSERT_TRUE(baton::celery::inject(envelope, full_context(), {.chain = w3c(), .protocol1 = kwargs})
                  .has_value());
  EXPECT_NE(envelope, in_base64);
  EXPECT_EQ(baton::celery::extract(envelope, {.chain = w3c()}), full_context());
  ASSERT_TRUE(
      baton::celery::inject(envelope, {}, {.chain = w3c(), .protocol1 = kwargs}).has_value());
  EXPECT_EQ(envelope, in_base64);
}

TEST(CeleryProtocol1Test, ArgumentsAreMadeWhereThereAreNone) {
  for (const std::string_view none : {"", R"(,\"kwargs\":null)"}) {
    std::string envelope = protocol_1(R"({\"task\":1)" + std::string(none) + "}", "null");
    ASSERT_TRUE(
        baton::celery::inject(envelope, parent_alone(), {.chain = w3c(), .protocol1 = kwargs})
            .has_value());
    EXPECT_EQ(envelope, protocol_1(R"({\"task\":1,\"kwargs\":{)" + escaped_field + "}}", "null"));
  }
}

TEST(CeleryProtocol1Test, ANullHeaderHidesNoArguments) {
  std::string envelope = in_plain;
  ASSERT_TRUE(baton::celery::inject(envelope, parent_alone(), {.chain = w3c(), .protocol1 = kwargs})
                  .has_value());
  envelope.insert(envelope.find("{}") + 1, R"("traceparent": null, "task": null)");
  EXPECT_EQ(baton::celery::extract(envelope, {.chain = w3c()}), parent_alone());
}

TEST(CeleryProtocol1Test, AHeaderOfAnotherTypeHidesNoArguments) {
  for (const std::string_view headers :
       {R"("Traceparent": 1)", R"("baggage": {}, "headers": {"baggage": []})",
        R"("headers": {"baggage": 1})"}) {
    std::string envelope = in_plain;
    ASSERT_TRUE(
        baton::celery::inject(envelope, parent_alone(), {.chain = w3c(), .protocol1 = kwargs})
            .has_value());
    envelope.insert(envelope.find("{}") + 1, headers);
    baton::ExtractReport report;
    EXPECT_EQ(baton::celery::extract(envelope, {.chain = w3c(), .report = &report}), parent_alone())
        << envelope;
    ASSERT_NE(report.issue_count(), 0U) << envelope;
    EXPECT_EQ(report.issues()[0].error.code, ErrorCode::wrong_type);
  }
}

constexpr Bad bad_bodies[] = {
    {R"({"a": 1})", ErrorCode::missing_field, 7},
    {R"({"body": []})", ErrorCode::wrong_type, 9},
    {R"({"body": "[]"})", ErrorCode::wrong_type, 10},
    {R"({"body": "{\"task\":1"})", ErrorCode::too_short, 21},
    {R"({"body": "{\"task\":1} 1"})", ErrorCode::too_long, 23},
    {R"({"body": "{\"id\":\"\u0031\"}"})", ErrorCode::missing_field, 10},
    {R"({"body": "{\"task\":1,\n\"kwargs\":[]}"})", ErrorCode::wrong_type, 35},
    {R"({"body": "{\"kwargs\":{\"a\":1,\"a\":2}}"})", ErrorCode::duplicate_key, 31},
    {R"({"body": "e30$", "properties": {"body_encoding": "base64"}})", ErrorCode::bad_base64, 13},
    {R"({"body": "e30=", "properties": {"body_encoding": "base64"}})", ErrorCode::missing_field,
     10},
    {R"({"body": "eyJ0Ijp9", "properties": {"body_encoding": "base64"}})", ErrorCode::bad_value,
     16},
};

TEST(CeleryProtocol1Test, AnErrorInTheBodyTellsWhereInTheEnvelope) {
  for (const auto& [text, code, offset] : bad_bodies) {
    std::string envelope(text);
    const auto result =
        baton::celery::inject(envelope, parent_alone(), {.chain = w3c(), .protocol1 = kwargs});
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error(), ParseError(code, offset)) << text << ": " << result.error().message();
    EXPECT_EQ(envelope, text);
  }
}

TEST(CeleryProtocol1Test, ABodyThatIsNoneIsNoError) {
  baton::ExtractReport report;
  for (const std::string_view text :
       {R"({"body": "hello"})", R"({"body": "/w==", "properties": {"body_encoding": "base64"}})",
        R"({"body": "eyJ0*", "properties": {"body_encoding": "base64"}})", R"({"body": 1})",
        "{}"}) {
    EXPECT_EQ(baton::celery::extract(text, {.chain = w3c(), .report = &report}), baton::Context());
    EXPECT_EQ(report.issue_count(), 0U) << text;
  }
  EXPECT_EQ(
      baton::celery::extract(R"({"body": "{\"task\":1,}"})", {.chain = w3c(), .report = &report}),
      baton::Context());
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::bad_key, 22));
  EXPECT_EQ(baton::celery::extract(R"({"body": "{\"task\":1,}"})", {.chain = w3c()}),
            baton::Context());
}

// ---- Allocations ----

TEST(CeleryEnvelopeAllocations, ReadingMakesNone) {
  const std::string envelope = injected(
      R"({"body": "", "headers": {"task": "t", "argsrepr": "['it\"s']"}})", parent_alone());
  const std::size_t before = baton::test::allocations;
  const baton::Context context = baton::celery::extract(envelope, {.chain = w3c()});
  EXPECT_EQ(baton::test::allocations - before, 0U);
  EXPECT_TRUE(context.span_context().is_valid());

  // tracestate and baggage need one each, as in every carrier.
  const std::string full = injected(envelope, full_context());
  const std::size_t with_lists = baton::test::allocations;
  const baton::Context both = baton::celery::extract(full, {.chain = w3c()});
  EXPECT_EQ(baton::test::allocations - with_lists, 1U);
  EXPECT_EQ(both, full_context());
}

TEST(CeleryEnvelopeCarrier, OneThatWasMovedFromIsEmpty) {
  const std::string before = R"({"body": "", "headers": {"traceparent": "00"}})";
  std::string envelope = before;
  EnvelopeCarrier carrier(envelope);
  EnvelopeCarrier moved = std::move(carrier);
  EXPECT_EQ(carrier.get("traceparent"), std::nullopt);
  carrier.keys([](std::string_view) { return ADD_FAILURE(), false; });
  carrier.set("traceparent", "01");
  carrier.erase("traceparent");
  EXPECT_EQ(carrier.error(), ParseError());
  EXPECT_TRUE(carrier.apply().has_value());
  EXPECT_EQ(envelope, before);
  EXPECT_EQ(moved.get("traceparent"), "00");
  carrier = std::move(moved);
  EXPECT_EQ(carrier.get("traceparent"), "00");
  EXPECT_EQ(moved.get("traceparent"), std::nullopt);
}

TEST(CeleryEnvelopeAllocations, WritingMakesRoomAtMost) {
  const baton::Context context = full_context();
  const baton::PropagatorChain& chain = w3c();
  std::string envelope = R"({"body": "", "headers": {"task": "t"}})";
  envelope.shrink_to_fit();
  std::size_t before = baton::test::allocations;
  EXPECT_TRUE(baton::celery::inject(envelope, context, {.chain = chain}).has_value());
  EXPECT_EQ(baton::test::allocations - before, 1U);
  before = baton::test::allocations;
  EXPECT_TRUE(baton::celery::inject(envelope, context, {.chain = chain}).has_value());
  EXPECT_EQ(baton::test::allocations - before, 0U);
}

// ---- Trust ----

TEST(EnvelopeTrust, TheRuleForTheDestinationCounts) {
  const baton::PropagatorChain chain =
      baton::make_chain("tracecontext,baggage")
          .chain.with_trust({.destinations = {{"partner", false, false, {"b"}}}});
  baton::Context context = baton::Context().child();
  context.set_baggage(baton::Baggage::parse("a=1,b=2"));
  // Protocol 2, nested headers, and protocol 1 in its arguments.
  for (const auto& [text, protocol1] : std::vector<std::pair<std::string, Protocol1>>{
           {R"({"body":"","headers":{"task":"t"}})", Protocol1::headers},
           {R"({"body":"","headers":{"task":"t","headers":{"traceparent":"x","baggage":"a=1"}}})",
            Protocol1::headers},
           {R"({"body":"{\"task\":\"t\",\"kwargs\":{\"traceparent\":\"x\"}}","headers":{}})",
            Protocol1::kwargs}}) {
    std::string envelope = text;
    EXPECT_TRUE(baton::celery::inject(
        envelope, context, {.chain = chain, .protocol1 = protocol1, .destination = "partner"}));
    EXPECT_EQ(envelope.find("traceparent"), std::string::npos) << envelope;
    EXPECT_EQ(envelope.find("a=1"), std::string::npos) << envelope;
    EXPECT_NE(envelope.find("b=2"), std::string::npos) << envelope;
    EXPECT_TRUE(baton::celery::inject(envelope, context, {.chain = chain, .protocol1 = protocol1}));
    EXPECT_NE(envelope.find("traceparent"), std::string::npos) << envelope;
    EXPECT_NE(envelope.find("a=1"), std::string::npos) << envelope;
  }
}

}  // namespace
