// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/sqs.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "baton/baton.hpp"

namespace {

using baton::ErrorCode;
using baton::ParseError;
using baton::sqs::LeftOut;
using LeftOuts = std::vector<LeftOut>;

const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
const std::string xray =
    "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=1";

std::string attribute(std::string_view name, std::string_view value) {
  return "\"" + std::string(name) + R"(":{"DataType":"String","StringValue":")" +
         std::string(value) + "\"}";
}
const std::string parent_attribute = attribute("traceparent", parent);

baton::PropagatorChain chain_of(std::string_view names) { return baton::make_chain(names).chain; }

baton::Context context(bool with_lists = true) {
  baton::Context context;
  context.set_span_context({baton::TraceId(0x0af7651916cd43dd, 0x8448eb211c80319c),
                            baton::SpanId(0xb7ad6b7169203331),
                            baton::TraceFlags(0x03),
                            true,
                            {}});
  if (!with_lists) return context;
  context.set_trace_state(baton::TraceState::parse("a=1").value());
  context.set_baggage(baton::Baggage::parse("b=2"));
  return context;
}

std::string injected(std::string request, const baton::Context& given = context(false),
                     std::string_view names = "tracecontext,baggage",
                     const LeftOuts& expected = {}) {
  const auto left_out = baton::sqs::inject(request, given, {.chain = chain_of(names)});
  EXPECT_TRUE(left_out.has_value()) << left_out.error().message();
  EXPECT_EQ(left_out.value_or(LeftOuts()), expected);
  return request;
}

/// That many attributes of the application.
std::string numbers(int count) {
  std::string members;
  for (int i = 0; i < count; ++i) {
    members += "\"n" + std::to_string(i) + R"(": {"DataType": "Number", "StringValue": "1"}, )";
  }
  return members;
}

TEST(SqsInjectTest, FieldsBecomeAttributesAndAllElseStays) {
  const std::string before =
      "{ \"QueueUrl\":\"http://q\", \"DelaySeconds\": 1.0, \"MessageBody\":"
      "\"\\u00e9\", \"MessageAttributes\": {\"n\": {\"DataType\": \"Number\","
      " \"StringValue\": \"1\"}";
  EXPECT_EQ(injected(before + " } }\n"), before + "," + parent_attribute + " } }\n");
  EXPECT_EQ(injected("{}"), R"({"MessageAttributes":{)" + parent_attribute + "}}");
  EXPECT_EQ(injected(R"({"MessageBody":"x"})"),
            R"({"MessageBody":"x","MessageAttributes":{)" + parent_attribute + "}}");
  EXPECT_EQ(injected(R"({"MessageAttributes":null,"a":1})"),
            R"({"MessageAttributes":{)" + parent_attribute + R"(},"a":1})");
  EXPECT_EQ(injected(R"({"MessageBody":"x"})", {}), R"({"MessageBody":"x"})");
}

TEST(SqsInjectTest, StaleAttributesAreReplacedOrGo) {
  EXPECT_EQ(injected(R"({"MessageAttributes":{)" + attribute("baggage", "old=1") + "," +
                     attribute("traceparent", "old") + "}}"),
            R"({"MessageAttributes":{)" + parent_attribute + "}}");
}

TEST(SqsInjectTest, NoSpellingIsLeft) {
  EXPECT_EQ(injected(R"({"MessageAttributes":{)" + attribute("Baggage", "old=1") + R"(,"a":{},)" +
                     attribute("TRACEPARENT", "old") + "," + attribute("TraceState", "") + "}}"),
            R"({"MessageAttributes":{"a":{},)" + parent_attribute + "}}");
  EXPECT_EQ(injected(R"({"MessageAttributes":{)" + attribute("X-Amzn-Trace-Id", "old") + "}}", {},
                     "xray"),
            R"({"MessageAttributes":{}})");
  // An erased attribute makes room.
  EXPECT_EQ(
      injected("{\"MessageAttributes\":{" + numbers(9) + attribute("Traceparent", "x") + "}}"),
      "{\"MessageAttributes\":{" + numbers(8) + R"("n8": {"DataType": "Number", )" +
          R"("StringValue": "1"},)" + parent_attribute + "}}");
}

TEST(SqsInjectTest, XrayIsASystemAttribute) {
  const std::string header = attribute("AWSTraceHeader", xray);
  EXPECT_EQ(injected("{}", context(), "xray"), R"({"MessageSystemAttributes":{)" + header + "}}");
  EXPECT_EQ(injected(R"({"MessageSystemAttributes":{"AWSTraceHeader":{}},"MessageAttributes":{}})",
                     context(false), "xray,tracecontext"),
            R"({"MessageSystemAttributes":{)" + header + R"(},"MessageAttributes":{)" +
                parent_attribute + "}}");
  EXPECT_EQ(injected(R"({"MessageBody":""})", context(false), "xray,tracecontext"),
            R"({"MessageBody":"","MessageAttributes":{)" + parent_attribute +
                R"(},"MessageSystemAttributes":{)" + header + "}}");
  EXPECT_EQ(injected(R"({"MessageSystemAttributes":{"AWSTraceHeader":{}}})", {}, "xray"),
            R"({"MessageSystemAttributes":{}})");
  EXPECT_EQ(injected(R"({"MessageSystemAttributes":{"AWSTraceHeader":{}}})", {}),
            R"({"MessageSystemAttributes":{"AWSTraceHeader":{}}})");
  EXPECT_EQ(injected("{\"MessageAttributes\":{" + attribute("X-Amzn-Trace-Id", "old") + "}}",
                     context(), "xray"),
            R"({"MessageAttributes":{},"MessageSystemAttributes":{)" + header + "}}");
  // It needs none of the ten places.
  EXPECT_EQ(injected("{\"MessageAttributes\":{" + numbers(9) + R"("n":{}}})", context(), "xray")
                .find(header),
            injected("{\"MessageAttributes\":{" + numbers(9) + R"("n":{}}})", {}, "xray").size() +
                std::string(",\"MessageSystemAttributes\":{").size() - 1);
}

TEST(SqsInjectTest, TraceparentIsTheFirstOfTenToGetIn) {
  const auto request = [](int others) {
    return "{\"MessageAttributes\":{" + numbers(others - 1) + "\"n\":{}}}";
  };
  const auto with = [&](int others, const std::string& attributes) {
    const std::string whole = request(others);
    return whole.substr(0, whole.size() - 2) + attributes + "}}";
  };
  const std::string state = "," + attribute("tracestate", "a=1");
  const std::string baggage = "," + attribute("baggage", "b=2");
  for (const std::string_view names : {"tracecontext,baggage", "baggage,tracecontext"}) {
    const bool parent_first = names.starts_with("t");
    EXPECT_EQ(
        injected(request(10), context(), names,
                 parent_first
                     ? LeftOuts{{0, "traceparent", 10}, {0, "tracestate", 10}, {0, "baggage", 10}}
                     : LeftOuts{{0, "baggage", 10}, {0, "traceparent", 10}, {0, "tracestate", 10}}),
        request(10));
    EXPECT_EQ(injected(request(9), context(), names,
                       parent_first ? LeftOuts{{0, "tracestate", 9}, {0, "baggage", 9}}
                                    : LeftOuts{{0, "baggage", 9}, {0, "tracestate", 9}}),
              with(9, "," + parent_attribute));
    EXPECT_EQ(injected(request(8), context(), names,
                       LeftOuts{{0, parent_first ? "baggage" : "tracestate", 8}}),
              parent_first ? with(8, "," + parent_attribute + state)
                           : with(8, baggage + "," + parent_attribute));
  }
  EXPECT_EQ(injected(request(7), context()), with(7, "," + parent_attribute + state + baggage));
  // No place is kept for it if it is not sent.
  EXPECT_EQ(injected(request(9), context(), "baggage"), with(9, baggage));
}

TEST(SqsInjectTest, WhatHasNoRoomDoesNotStayStale) {
  const std::string request = "{\"MessageAttributes\":{" + attribute("tracestate", "old=1") + "," +
                              attribute("traceparent", "old") + ",";
  EXPECT_EQ(injected(request + numbers(8) + "\"n\":{}}}", context(false)),
            "{\"MessageAttributes\":{" + parent_attribute + "," + numbers(8) + "\"n\":{}}}");
  baton::Context with_state = context();
  with_state.set_baggage({});
  EXPECT_EQ(injected(request + numbers(8) + "\"n\":{}}}", with_state, "tracecontext,baggage",
                     {{0, "tracestate", 9}}),
            "{\"MessageAttributes\":{" + parent_attribute + "," + numbers(8) + "\"n\":{}}}");
  // More than ten other attributes are the application's error.
  EXPECT_EQ(injected(request + numbers(11) + "\"n\":{}}}", context(false), "tracecontext",
                     {{0, "traceparent", 12}}),
            "{\"MessageAttributes\":{" + numbers(11) + "\"n\":{}}}");
}

TEST(SqsInjectTest, WhatSqsWouldRefuseTheMessageForIsLeftOut) {
  baton::Context given = context(false);
  given.set_baggage(baton::Baggage::parse("empty=,bad!name=1,good.name=1"));
  const std::string request =
      injected("{}", given, "jaeger", {{0, "uberctx-empty", 0}, {0, "uberctx-bad!name", 0}});
  EXPECT_NE(request.find(attribute("uberctx-good.name", "1")), std::string::npos);
  EXPECT_EQ(request.find("empty"), std::string::npos);
  EXPECT_EQ(injected("{\"MessageAttributes\":{" + attribute("uberctx-empty", "old") + "}}", given,
                     "jaeger", {{0, "uberctx-empty", 0}, {0, "uberctx-bad!name", 0}}),
            request);
}

/// A format whose first field SQS would refuse a message for.
class RefusedFormat : public baton::Propagator {
 public:
  RefusedFormat() noexcept : Propagator(its_traits) {}
  baton::Extracted extract(baton::CarrierReader /*carrier*/, baton::Context& /*context*/,
                           baton::ExtractReport* /*report*/) const override {
    return baton::Extracted::nothing;
  }
  void inject(const baton::Context& /*context*/, baton::CarrierWriter carrier) const override {
    carrier.set("ids", "");
    carrier.set("decision", "1");
  }

 private:
  static constexpr std::string_view its_fields[] = {"ids", "decision"};
  static constexpr baton::FormatTraits its_traits{
      .name = "refused", .specification = "", .fields = its_fields};
};

constexpr std::string_view shared_fields[] = {"shared"};
constexpr baton::FormatTraits sharing = {
    .name = "sharing", .specification = "", .fields = shared_fields};

/// One of two formats of an application that have one field.
class SharingPropagator final : public baton::Propagator {
 public:
  explicit SharingPropagator(std::string_view value) noexcept
      : Propagator(sharing), value_(value) {}
  baton::Extracted extract(baton::CarrierReader, baton::Context&,
                           baton::ExtractReport*) const override {
    return baton::Extracted::nothing;
  }
  void inject(const baton::Context&, baton::CarrierWriter carrier) const override {
    carrier.set("shared", value_);
  }

 private:
  std::string_view value_;
};

TEST(SqsInjectTest, TheLastValueOfAFieldCounts) {
  const auto good = std::make_shared<SharingPropagator>("1");
  const auto refused = std::make_shared<SharingPropagator>("");
  std::string request = "{}";
  EXPECT_EQ(
      baton::sqs::inject(request, context(), {.chain = baton::PropagatorChain({refused, good})}),
      LeftOuts());
  EXPECT_EQ(request, "{\"MessageAttributes\":{" + attribute("shared", "1") + "}}");
  request = "{}";
  EXPECT_EQ(
      baton::sqs::inject(request, context(), {.chain = baton::PropagatorChain({good, refused})})
          .value()
          .size(),
      1U);
  EXPECT_EQ(request, "{}");
}

TEST(SqsInjectTest, AFormatIsWrittenWholeOrNotAtAll) {
  const auto request = [](int others) {
    return "{\"MessageAttributes\":{" + numbers(others - 1) + "\"n\":{}}}";
  };
  const auto with = [&](int others, const std::string& attributes) {
    const std::string whole = request(others);
    return whole.substr(0, whole.size() - 2) + "," + attributes + "}}";
  };
  const std::string b3 = attribute("x-b3-traceid", parent.substr(3, 32)) + "," +
                         attribute("x-b3-spanid", parent.substr(36, 16)) + "," +
                         attribute("x-b3-sampled", "1");
  const std::string baggage = attribute("baggage", "b=2");
  const auto no_b3 = [](std::size_t others) {
    return LeftOuts{
        {0, "x-b3-traceid", others}, {0, "x-b3-spanid", others}, {0, "x-b3-sampled", others}};
  };
  EXPECT_EQ(injected(request(6), context(), "b3multi,baggage"), with(6, b3 + "," + baggage));
  EXPECT_EQ(injected(request(7), context(), "b3multi,baggage", {{0, "baggage", 7}}), with(7, b3));
  EXPECT_EQ(injected(request(7), context(), "baggage,b3multi", no_b3(7)), with(7, baggage));
  EXPECT_EQ(injected(request(8), context(), "b3multi,baggage", no_b3(8)), with(8, baggage));
  EXPECT_EQ(injected(request(8), context(false), "b3multi,tracecontext", no_b3(8)),
            with(8, parent_attribute));

  const baton::PropagatorChain chain({std::make_shared<RefusedFormat>()});
  std::string of_refused = "{}";
  EXPECT_EQ(baton::sqs::inject(of_refused, context(), {.chain = chain}).value(),
            (LeftOuts{{0, "ids", 0}, {0, "decision", 0}}));
  EXPECT_EQ(of_refused, "{}");
}

TEST(SqsInjectTest, NoFamilyOfAnOlderContextRemains) {
  const std::string older =
      attribute("uberctx-tenant", "old") + "," + attribute("Uberctx-b", "old") + ",";
  baton::Context given = context(false);
  given.set_baggage(baton::Baggage::parse("b=2"));
  const std::string jaeger =
      parent_attribute + "," +
      attribute("uber-trace-id", parent.substr(3, 32) + ":" + parent.substr(36, 16) + ":0:1") +
      "," + attribute("uberctx-b", "2");
  // They take none of the ten places.
  EXPECT_EQ(injected("{\"MessageAttributes\":{" + older + numbers(6) + attribute("n", "1") + "}}",
                     given, "tracecontext,jaeger"),
            "{\"MessageAttributes\":{" + numbers(6) + attribute("n", "1") + "," + jaeger + "}}");
  EXPECT_EQ(injected("{\"MessageAttributes\":{" + older + attribute("ot-baggage-b", "1") + "}}", {},
                     "jaeger"),
            "{\"MessageAttributes\":{" + attribute("ot-baggage-b", "1") + "}}");
}

TEST(SqsInjectTest, EveryEntryOfABatch) {
  const std::string batch =
      R"({"Entries":[{"Id":"1","MessageAttributes":{"a":{}}},{},{"Id":"3"}]})";
  EXPECT_EQ(injected(batch), R"({"Entries":[{"Id":"1","MessageAttributes":{"a":{},)" +
                                 parent_attribute + R"(}},{"MessageAttributes":{)" +
                                 parent_attribute + R"(}},{"Id":"3","MessageAttributes":{)" +
                                 parent_attribute + "}}]}");
  std::string request = R"({"Entries":[{"Id":"1"},{"Id":"2"}]})";
  const std::vector<baton::Context> contexts{context(false), baton::Context()};
  const auto each = baton::sqs::inject_each(
      request, [&](std::size_t entry) -> const baton::Context& { return contexts[entry]; },
      {.chain = chain_of("tracecontext")});
  EXPECT_TRUE(each.has_value());
  EXPECT_EQ(request, R"({"Entries":[{"Id":"1","MessageAttributes":{)" + parent_attribute +
                         R"(}},{"Id":"2"}]})");
  EXPECT_EQ(injected(R"({"Entries":[{},{"MessageAttributes":{)" + numbers(9) + R"("n":{}}}]})",
                     context(false), "tracecontext", {{1, "traceparent", 10}})
                .find("\"traceparent\""),
            std::string(R"({"Entries":[{"MessageAttributes":{)").size());
}

struct Bad {
  std::string_view text;
  ErrorCode code;
  std::size_t offset;
};

constexpr Bad bad[] = {
    {"", ErrorCode::too_short, 0},
    {"[]", ErrorCode::wrong_type, 0},
    {R"({"MessageAttributes":[]})", ErrorCode::wrong_type, 21},
    {R"({"MessageAttributes":{"a":{},"a":{}}})", ErrorCode::duplicate_key, 29},
    {R"({"MessageAttributes":{},"MessageAttributes":{}})", ErrorCode::duplicate_key, 24},
    {R"({"MessageSystemAttributes":"x"})", ErrorCode::wrong_type, 27},
    {R"({"Entries":{}})", ErrorCode::wrong_type, 11},
    {R"({"Entries":[{},[]]})", ErrorCode::wrong_type, 15},
    {R"({"Entries":[{"Id":"1","Id":"1"}]})", ErrorCode::duplicate_key, 22},
    {R"({"Entries":[{"MessageAttributes":{}})", ErrorCode::too_short, 36},
    {R"({"Entries":[{}],})", ErrorCode::bad_key, 16},
    {R"({"Entries":[{}]}x)", ErrorCode::too_long, 16},
};

TEST(SqsInjectTest, AnErrorTellsWhereAndLeavesTheRequest) {
  for (const auto& [text, code, offset] : bad) {
    std::string request(text);
    const auto result =
        baton::sqs::inject(request, context(), {.chain = chain_of("tracecontext,xray")});
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_EQ(result.error(), ParseError(code, offset)) << text << ": " << result.error().message();
    EXPECT_EQ(request, text);
  }
}

TEST(SqsInjectTest, MegabytesAndThousands) {
  std::string batch = R"({"Entries":[)";
  for (int i = 0; i < 5000; ++i) batch += R"({"Id":")" + std::to_string(i) + "\"},";
  batch += R"({"MessageBody":")" + std::string(1 << 20, 'x') + R"(","MessageAttributes":{)" +
           numbers(50000);
  const std::string before = batch + R"("n":{}}}]})";
  const LeftOuts left_out{{5000, "traceparent", 50001}};
  const std::string after = injected(before, context(false), "tracecontext", left_out);
  EXPECT_EQ(after.size(),
            before.size() + 5000 * (parent_attribute + R"(,"MessageAttributes":{})").size());
}

TEST(SqsExtractTest, EveryMessageHasItsContext) {
  const auto contexts = baton::sqs::extract(
      R"({"Messages":[{"Body":"x","MessageAttributes":{)" + parent_attribute + "," +
          attribute("tracestate", R"(\u0061=1)") + "," + attribute("baggage", "b=2") +
          R"(}},{"Body":"y"},{"Attributes":{"AWSTraceHeader":")" + xray + R"("}}]})",
      {.chain = chain_of("xray,tracecontext,baggage")});
  ASSERT_TRUE(contexts.has_value());
  ASSERT_EQ(contexts->size(), 3U);
  EXPECT_EQ((*contexts)[0], context());
  EXPECT_EQ((*contexts)[1], baton::Context());
  EXPECT_EQ((*contexts)[2].span_context().trace_id, context().span_context().trace_id);
  EXPECT_EQ((*contexts)[2].span_context().span_id, context().span_context().span_id);
  EXPECT_EQ(baton::sqs::extract("{}", {.chain = chain_of("tracecontext")}).value().size(), 0U);
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":null})", {.chain = chain_of("tracecontext")})
                .value()
                .size(),
            0U);
}

TEST(SqsExtractTest, TheVeryNameCountsThenTheLastInAnyCase) {
  const auto span = [](const std::string& attributes) {
    return baton::sqs::extract_message(R"({"MessageAttributes":{)" + attributes + "}}",
                                       {.chain = chain_of("tracecontext")})
        ->span_context()
        .span_id.to_string();
  };
  const auto one = [](std::string_view name, std::string_view last_digit) {
    return attribute(name, parent.substr(0, 51) + std::string(last_digit) + "-01");
  };
  EXPECT_EQ(
      span(one("TRACEPARENT", "1") + "," + one("traceparent", "2") + "," + one("Traceparent", "3")),
      "b7ad6b7169203332");
  EXPECT_EQ(span(one("TRACEPARENT", "1") + "," + one("Traceparent", "3")), "b7ad6b7169203333");
  EXPECT_EQ(span(one("TRACEPARENT", "1") + R"(,"traceparent":null,"Traceparent":{"DataType":1})"),
            "b7ad6b7169203331");
  EXPECT_EQ(baton::sqs::extract_message(
                R"({"MessageAttributes":{)" +
                    attribute("B3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1") + "}}",
                {.chain = chain_of("b3")})
                ->span_context()
                .span_id,
            context().span_context().span_id);
}

// ---- Events of Lambda ----

/// A record of a queue's event, as Lambda's guide shows it.
std::string record(std::string_view attributes, std::string_view system = "",
                   std::string_view body = "Test message.") {
  return R"({"messageId":"059f36b4-87a3-44ab-83d2-661975830a7d","receiptHandle":"AQEBwJnKyrHigUMZ",)"
         R"("body":")" +
         std::string(body) + R"(","attributes":{"ApproximateReceiveCount":"1",)" +
         std::string(system) +
         R"("SentTimestamp":"1545082649183","SenderId":"AIDAIENQZJOLO23YVJ4VO",)"
         R"("ApproximateFirstReceiveTimestamp":"1545082649185"},"messageAttributes":{)" +
         std::string(attributes) +
         R"(},"md5OfBody":"e4e68fb7bd0e697a0ae8f1bb342846b3","eventSource":"aws:sqs",)"
         R"("eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:my-queue","awsRegion":"us-east-2"})";
}
std::string record_attribute(std::string_view name, std::string_view value) {
  return "\"" + std::string(name) + R"(":{"stringValue":")" + std::string(value) +
         R"(","stringListValues":[],"binaryListValues":[],"dataType":"String"})";
}

TEST(SqsLambdaTest, EveryRecordHasItsContext) {
  const std::string event =
      R"({"Records":[)" +
      record(record_attribute("traceparent", parent) + "," + record_attribute("TraceState", "a=1") +
             "," + record_attribute("baggage", "b=2")) +
      "," + record("") + "," + record("", R"("AWSTraceHeader":")" + xray + "\",") + "]}";
  const auto contexts =
      baton::sqs::extract(event, {.chain = chain_of("xray,tracecontext,baggage")});
  ASSERT_TRUE(contexts.has_value()) << contexts.error().message();
  ASSERT_EQ(contexts->size(), 3U);
  EXPECT_EQ((*contexts)[0], context());
  EXPECT_EQ((*contexts)[1], baton::Context());
  EXPECT_EQ((*contexts)[2].span_context().span_id, context().span_context().span_id);
  EXPECT_EQ(baton::sqs::extract(R"({"Records":[]})", {.chain = chain_of("xray")}).value().size(),
            0U);
  EXPECT_EQ(baton::sqs::extract(R"({"Records":null})", {.chain = chain_of("xray")}).value().size(),
            0U);

  EXPECT_EQ(baton::sqs::extract_message(record(record_attribute("traceparent", parent)),
                                        {.chain = chain_of("tracecontext")}),
            context(false));
}

TEST(SqsLambdaTest, AnAttributeOfAnotherTypeIsReported) {
  for (const std::string_view value :
       {R"({"dataType":"Binary","binaryValue":"eA=="})",
        R"({"dataType":"Number","stringValue":"1"})", R"({"dataType":"String","stringValue":null})",
        R"({"dataType":"String","StringValue":"x"})", R"({"stringValue":"x"})", "1"}) {
    baton::ExtractReport report;
    const std::string attributes = R"("other":1,"Traceparent":)" + std::string(value);
    EXPECT_EQ(baton::sqs::extract_message(record(attributes),
                                          {.chain = chain_of("tracecontext"), .report = &report}),
              baton::Context());
    ASSERT_EQ(report.issue_count(), 1U) << value;
    EXPECT_EQ(report.issues()[0].field, "traceparent");
    EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::wrong_type, 0));
  }
}

// ---- Notifications of SNS ----

/// As SNS delivers them without raw message delivery.
std::string notification(std::string_view attributes, std::string_view type = "Notification") {
  return R"({
  "Type" : ")" +
         std::string(type) + R"(",
  "MessageId" : "dc1e94d9-56c5-5e96-808d-cc7f68faa162",
  "TopicArn" : "arn:aws:sns:us-east-2:111122223333:ExampleTopic1",
  "Subject" : "TestSubject",
  "Message" : "This is a \"test\" message.",
  "Timestamp" : "2021-02-16T21:41:19.978Z",
  "SignatureVersion" : "1",
  "UnsubscribeURL" : "https://sns.us-east-2.amazonaws.com/?Action=Unsubscribe",
  "MessageAttributes" : {)" +
         std::string(attributes) + "}\n}";
}
std::string sns_attribute(std::string_view name, std::string_view value) {
  return "\n    \"" + std::string(name) + R"(" : {"Type":"String","Value":")" + std::string(value) +
         "\"}";
}
const std::string sns_fields = sns_attribute("traceparent", parent) + "," +
                               sns_attribute("TraceState", "a=1") + "," +
                               sns_attribute("baggage", "b=2");

/// The inside of a JSON string.
std::string escaped(std::string_view text) {
  std::string inside;
  for (const char c : text) {
    if (c == '"' || c == '\\') inside += '\\';
    inside += c == '\n' ? "\\n" : std::string(1, c);
  }
  return inside;
}

baton::Context read(const std::string& message, std::string_view names = "tracecontext,baggage",
                    std::string_view wrong = "") {
  baton::ExtractReport report;
  const auto got =
      baton::sqs::extract_message(message, {.chain = chain_of(names), .report = &report});
  EXPECT_TRUE(got.has_value()) << got.error().message() << " in " << message;
  EXPECT_EQ(report.issues().empty() ? "" : report.issues()[0].field, wrong);
  EXPECT_EQ(report.issue_count(), wrong.empty() ? 0U : 1U);
  return got.value_or(baton::Context());
}

TEST(SqsSnsTest, TheBodysAttributesAreRead) {
  const std::string body = escaped(notification(sns_fields));
  EXPECT_EQ(read(R"({"MessageId":"1","Body":")" + body + "\"}"), context());
  EXPECT_EQ(read(record("", "", body)), context());
  EXPECT_EQ(
      read(R"({"MessageAttributes":{)" + attribute("a", "1") + R"(},"Body":")" + body + "\"}"),
      context());
  EXPECT_EQ(read(notification(sns_fields)), context());
  EXPECT_EQ(read(R"({"Body":"{'MessageAttributes'}"})"), baton::Context());
}

TEST(SqsSnsTest, AsTheEventOfAFunction) {
  const std::string event = R"({"Records":[{"EventVersion":"1.0","EventSubscriptionArn":"arn:x",)"
                            R"("EventSource":"aws:sns","Sns":)" +
                            notification(sns_fields) + R"(},{"Sns":)" + notification("") + "}]}";
  const auto contexts = baton::sqs::extract(event, {.chain = chain_of("tracecontext,baggage")});
  ASSERT_TRUE(contexts.has_value()) << contexts.error().message();
  EXPECT_EQ(*contexts, (std::vector<baton::Context>{context(), {}}));
  EXPECT_EQ(read(R"({"Sns":{"Sns":)" + notification(sns_fields) + "}}"), baton::Context());
}

TEST(SqsSnsTest, AFieldOfTheMessageBeatsTheBody) {
  const auto message = [](const std::string& attributes, const std::string& system = "") {
    return R"({"Attributes":{)" + system + R"(},"MessageAttributes":{)" + attributes +
           R"(},"Body":")" + escaped(notification(sns_fields)) + "\"}";
  };
  baton::Context baggage_alone;
  baggage_alone.set_baggage(baton::Baggage::parse("own=1"));
  EXPECT_EQ(read(message(attribute("Baggage", "own=1"))), baggage_alone);
  EXPECT_EQ(read(message(attribute("a", "1") + "," + attribute("baggage", R"(own\u003d1)"))),
            baggage_alone);
  EXPECT_EQ(read(message(attribute("uberctx-a", "1"))), context());
  EXPECT_EQ(read(message(R"("traceparent":null)")), context());
  EXPECT_EQ(read(message(R"("traceparent":{})"), "tracecontext,baggage", "traceparent"), context());
  // If SNS itself is traced, its header is beside the body.
  const std::string other = "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7";
  const std::string traced = message("", R"("AWSTraceHeader":")" + other + "\"");
  EXPECT_EQ(read(traced), context());
  EXPECT_EQ(read(traced, "tracecontext,baggage,xray").span_context().span_id.to_string(),
            "00f067aa0ba902b7");
  EXPECT_EQ(read(traced, "xray,tracecontext,baggage").span_context().span_id,
            context().span_context().span_id);
}

TEST(SqsSnsTest, ABodyThatIsNoNotificationIsNoError) {
  const std::string good = notification(sns_fields);
  const auto with = [](const std::string& body) {
    return read(R"({"Body":")" + escaped(body) + "\"}");
  };
  EXPECT_EQ(with(good), context());
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(with(good.substr(0, size)), baton::Context()) << size;
  }
  EXPECT_EQ(with(good + "x"), baton::Context());
  EXPECT_EQ(with("[" + good + "]"), baton::Context());
  EXPECT_EQ(with("{\"Type\":1," + good.substr(1)), baton::Context());
  EXPECT_EQ(with(notification(sns_fields, "SubscriptionConfirmation")), baton::Context());
  EXPECT_EQ(with(R"({"type":"Notification","MessageAttributes":{)" + sns_fields + "}}"),
            baton::Context());
  EXPECT_EQ(with(R"({"MessageAttributes":{)" + sns_fields + "}}"), baton::Context());
  EXPECT_EQ(with(R"({"Type":"Notification","MessageAttributes":[]})"), baton::Context());
  EXPECT_EQ(with(R"({"Type":"Notification","MessageAttributes":{"a":)" + std::string(100000, '[')),
            baton::Context());
  EXPECT_EQ(read(R"({"Body":1,"body":null})"), baton::Context());
  EXPECT_EQ(read("{\"Body\":[" + good + "]}"), baton::Context());
  // SNS writes neither of these, so that such a body need not be decoded.
  EXPECT_EQ(with(" " + good), baton::Context());
  EXPECT_EQ(with(R"({"Type":"Notification","Message\u0041ttributes":{)" + sns_fields + "}}"),
            baton::Context());
  // The inside of a notification is not read.
  EXPECT_EQ(with(R"({"Type":"Notification","MessageAttributes":null,"Message":")" + escaped(good) +
                 "\"}"),
            baton::Context());
}

TEST(SqsSnsTest, AnAttributeOfAnotherTypeIsReported) {
  const std::string fields = R"("Traceparent":{"Type":"Binary","Value":"eA=="})";
  EXPECT_EQ(
      read(R"({"Body":")" + escaped(notification(fields)) + "\"}", "tracecontext", "traceparent"),
      baton::Context());
  EXPECT_EQ(read(R"({"Sns":)" + notification(fields) + "}", "tracecontext", "traceparent"),
            baton::Context());
}

// ---- Other input ----

TEST(SqsExtractTest, AnythingElseIsAnError) {
  const auto chain = chain_of("tracecontext");
  for (const std::string_view text :
       {R"( {"a":1})", R"( {"Entries":[]})", R"( {"messages":[]})", R"( {"Body":""})",
        R"( {"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"x"})"}) {
    const auto got = baton::sqs::extract(text, {.chain = chain});
    ASSERT_FALSE(got.has_value()) << text;
    EXPECT_EQ(got.error(), ParseError(ErrorCode::missing_field, 1)) << text;
  }
  for (const std::string_view text :
       {R"( {})", R"( {"Messages":[]})", R"( {"Records":[]})", R"( {"Message":"x","Type":"x"})",
        // Of Kombu, API Gateway, Pub/Sub, and the response to SendMessage.
        R"( {"body":"x","headers":{"traceparent":"x"},"properties":{}})",
        R"( {"body":"x","headers":{},"httpMethod":"POST","requestContext":{}})",
        R"( {"attributes":{"traceparent":"x"},"data":"aGk=","messageId":"1"})",
        R"( {"body":"x","messageId":"1","eventSource":"aws:kinesis"})",
        R"( {"MD5OfMessageBody":"x","MessageId":"1"})", R"( {"ResponseMetadata":{}})"}) {
    const auto got = baton::sqs::extract_message(text, {.chain = chain});
    ASSERT_FALSE(got.has_value()) << text;
    EXPECT_EQ(got.error(), ParseError(ErrorCode::missing_field, 1)) << text;
  }
  // An event of S3.
  EXPECT_EQ(
      baton::sqs::extract(R"({"Records":[{"eventSource":"aws:s3","s3":{}}]})", {.chain = chain})
          .error(),
      ParseError(ErrorCode::missing_field, 12));
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":[{"Body":"x"},{}]})", {.chain = chain}).error(),
            ParseError(ErrorCode::missing_field, 26));
  EXPECT_EQ(baton::sqs::extract(" { }", {.chain = chain}).value().size(), 0U);
  EXPECT_EQ(baton::sqs::extract_message(R"({"Body":"x"})", {.chain = chain}), baton::Context());
  EXPECT_EQ(
      baton::sqs::extract_message(R"({"eventSource":"aws:sqs","body":"x"})", {.chain = chain}),
      baton::Context());
  EXPECT_EQ(
      baton::sqs::extract_message(R"({"Type":"Notification","Message":"x"})", {.chain = chain}),
      baton::Context());
}

TEST(SqsExtractTest, WhatBoto3GivesWithoutMessagesIsEmpty) {
  const auto chain = chain_of("tracecontext");
  const auto got = baton::sqs::extract(
      R"({"ResponseMetadata":{"RequestId":"1","HTTPStatusCode":200,"RetryAttempts":0}})",
      {.chain = chain});
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got.value().size(), 0U);
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":[],"ResponseMetadata":{}})", {.chain = chain})
                .value()
                .size(),
            0U);
  EXPECT_EQ(
      baton::sqs::extract(R"( {"QueueUrl":"x","ResponseMetadata":{}})", {.chain = chain}).error(),
      ParseError(ErrorCode::missing_field, 1));
}

TEST(SqsExtractTest, AnAttributeOfAnotherTypeIsReported) {
  for (const std::string_view value :
       {R"({"DataType":"Binary","BinaryValue":"eA=="})",
        R"({"DataType":"Number","StringValue":"1"})", R"({"DataType":"Stringy","StringValue":"1"})",
        R"({"DataType":"String","StringValue":1})", R"({"DataType":"String"})", R"({})", R"("x")",
        "[]", "1"}) {
    baton::ExtractReport report;
    const auto got = baton::sqs::extract_message(
        R"({"MessageAttributes":{"other":1,"traceparent":)" + std::string(value) + "}}",
        {.chain = chain_of("tracecontext,baggage"), .report = &report});
    EXPECT_EQ(got.value(), baton::Context()) << value;
    ASSERT_EQ(report.issue_count(), 1U) << value;
    EXPECT_EQ(report.issues()[0].field, "traceparent");
    EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::wrong_type, 0));

    report.clear();
    const auto of_family =
        baton::sqs::extract_message(R"({"MessageAttributes":{"uberctx-b":)" + std::string(value) +
                                        "," + attribute("baggage", "b=2") + "}}",
                                    {.chain = chain_of("jaeger,baggage"), .report = &report});
    EXPECT_EQ(of_family->baggage().header(), "b=2") << value;
    ASSERT_EQ(report.issue_count(), 1U) << value;
    EXPECT_EQ(report.issues()[0].field, "uberctx-");
    EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::wrong_type, 0));
  }
  EXPECT_EQ(baton::sqs::extract_message(R"({"MessageAttributes":{"uberctx-b":null}})",
                                        {.chain = chain_of("jaeger")}),
            baton::Context());
  baton::ExtractReport report;
  const std::string twice = R"({"DataType":"String","StringValue":"x","StringValue":"y"})";
  EXPECT_EQ(baton::sqs::extract_message(R"({"MessageAttributes":{"traceparent":)" + twice + "}}",
                                        {.chain = chain_of("tracecontext"), .report = &report}),
            baton::Context());
  EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::duplicate_key, 0));
  EXPECT_TRUE(
      baton::sqs::extract_message(
          R"({"MessageAttributes":{"traceparent":{"DataType":"String.w3c","StringValue":")" +
              parent + "\"}}}",
          {.chain = chain_of("tracecontext")})
          ->span_context()
          .is_valid());
}

/// As many as fit without an allocation.
TEST(SqsExtractTest, ReportsTheLastOfManyAttributes) {
  std::string attributes;
  for (int i = 0; i < 31; ++i) attributes += "\"a" + std::to_string(i) + "\":1,";
  baton::ExtractReport report;
  const auto got =
      baton::sqs::extract_message(R"({"MessageAttributes":{)" + attributes + R"("traceparent":1}})",
                                  {.chain = chain_of("tracecontext"), .report = &report});
  EXPECT_EQ(got.value(), baton::Context());
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].field, "traceparent");
}

TEST(SqsExtractTest, ATraceHeaderThatIsNoStringIsReported) {
  baton::ExtractReport report;
  const std::string_view message = R"({"Attributes":{"AWSTraceHeader":{"StringValue":"x"}}})";
  EXPECT_EQ(
      baton::sqs::extract_message(message, {.chain = chain_of("tracecontext"), .report = &report})
          .value(),
      baton::Context());
  EXPECT_EQ(report.issue_count(), 0U);
  EXPECT_EQ(
      baton::sqs::extract_message(message, {.chain = chain_of("xray"), .report = &report}).value(),
      baton::Context());
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].field, "x-amzn-trace-id");
  EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::wrong_type, 0));
}

TEST(SqsExtractTest, AnErrorTellsWhere) {
  const auto chain = chain_of("tracecontext");
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":[{"Body":""},1]})", {.chain = chain}).error(),
            ParseError(ErrorCode::wrong_type, 25));
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":1})", {.chain = chain}).error(),
            ParseError(ErrorCode::wrong_type, 12));
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":[]} {})", {.chain = chain}).error(),
            ParseError(ErrorCode::too_long, 16));
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":[{"Body":""}] )", {.chain = chain}).error(),
            ParseError(ErrorCode::too_short, 26));
  EXPECT_EQ(baton::sqs::extract_message(R"({"Body":""} {})", {.chain = chain}).error(),
            ParseError(ErrorCode::too_long, 12));
  const std::string deep = R"({"Messages":[{"x":)" + std::string(100000, '[');
  EXPECT_EQ(baton::sqs::extract(deep, {.chain = chain}).error().code, ErrorCode::too_deep);
}

// ---- The guide's code ----

TEST(SqsGuideTest, SendingAndReceiving) {
  std::string request = R"({"QueueUrl": "http://q", "MessageBody": "7"})";
  const baton::Context ours = context(false);
  const baton::Scope current(ours);
  std::string log;

  const auto left_out = baton::sqs::inject(request);
  if (!left_out) throw std::runtime_error("no request of SQS: " + left_out.error().message());
  for (const baton::sqs::LeftOut& each : *left_out) log += each.field + " had no room\n";
  EXPECT_EQ(log, "");

  const std::string response = R"({"Messages": [)" + request + "]}";
  std::vector<baton::Context> seen;
  const auto handle = [&](std::size_t) { seen.push_back(baton::current()); };

  baton::ExtractReport report;
  const auto contexts = baton::sqs::extract(response, {.report = &report});
  for (std::size_t i = 0; contexts && i < contexts->size(); ++i) {
    baton::sqs::process((*contexts)[i], [&] { handle(i); });
  }

  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].span_context().trace_id, ours.span_context().trace_id);
  EXPECT_EQ(report.issue_count(), 0U);
}

TEST(SqsInjectTest, ObeysTheRuleForTheDestination) {
  const baton::PropagatorChain chain =
      chain_of("tracecontext,baggage,xray,jaeger")
          .with_trust({.destinations = {{"partner", false, false, {"b"}}}});
  baton::Context given = context();
  given.set_baggage(baton::Baggage::parse("a=1,b=2"));
  std::string request = R"({"Entries":[{},{"MessageAttributes":{)" + parent_attribute + "," +
                        attribute("uberctx-secret", "1") +
                        R"(},"MessageSystemAttributes":{"AWSTraceHeader":)" +
                        R"({"DataType":"String","StringValue":"Root=1"}}}]})";
  const auto same = [&](std::size_t) -> const baton::Context& { return given; };
  baton::sqs::inject_each(request, same, {.chain = chain, .destination = "partner"}).value();
  const std::string attributes =
      R"({"MessageAttributes":{)" + attribute("baggage", "b=2") + "," + attribute("uberctx-b", "2");
  EXPECT_EQ(request, R"({"Entries":[)" + attributes + "}}," + attributes +
                         R"(},"MessageSystemAttributes":{}}]})");
  std::string own = "{}";
  baton::sqs::inject(own, given, {.chain = chain, .destination = "ours"}).value();
  EXPECT_NE(own.find(parent), std::string::npos);
}

}  // namespace
