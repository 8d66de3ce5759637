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
  const auto left_out = baton::sqs::inject(request, given, chain_of(names));
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
  // It takes none of the ten places.
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
    std::string whole = request(others);
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
  // More than ten of others are theirs to answer for.
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
      chain_of("tracecontext"));
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
    const auto result = baton::sqs::inject(request, context(), chain_of("tracecontext,xray"));
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
  LeftOuts left_out{{5000, "traceparent", 50001}};
  const std::string after = injected(before, context(false), "tracecontext", left_out);
  EXPECT_EQ(after.size(),
            before.size() + 5000 * (parent_attribute + R"(,"MessageAttributes":{})").size());
}

TEST(SqsExtractTest, EveryMessageHasItsContext) {
  const auto contexts = baton::sqs::extract(
      R"({"Messages":[{"Body":"x","MessageAttributes":{)" + parent_attribute + "," +
          attribute("tracestate", R"(\u0061=1)") + "," + attribute("baggage", "b=2") +
          R"(}},{"Body":"y"},{"Attributes":{"AWSTraceHeader":")" + xray + R"("}}]})",
      chain_of("xray,tracecontext,baggage"));
  ASSERT_TRUE(contexts.has_value());
  ASSERT_EQ(contexts->size(), 3U);
  EXPECT_EQ((*contexts)[0], context());
  EXPECT_EQ((*contexts)[1], baton::Context());
  EXPECT_EQ((*contexts)[2].span_context().trace_id, context().span_context().trace_id);
  EXPECT_EQ((*contexts)[2].span_context().span_id, context().span_context().span_id);
  EXPECT_EQ(baton::sqs::extract("{}", chain_of("tracecontext"))->size(), 0U);
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":null})", chain_of("tracecontext"))->size(), 0U);
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
        chain_of("tracecontext,baggage"), &report);
    EXPECT_EQ(got.value(), baton::Context()) << value;
    ASSERT_EQ(report.issue_count(), 1U) << value;
    EXPECT_EQ(report.issues()[0].field, "traceparent");
    EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::wrong_type, 0));
  }
  baton::ExtractReport report;
  const std::string twice = R"({"DataType":"String","StringValue":"x","StringValue":"y"})";
  EXPECT_EQ(baton::sqs::extract_message(R"({"MessageAttributes":{"traceparent":)" + twice + "}}",
                                        chain_of("tracecontext"), &report),
            baton::Context());
  EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::duplicate_key, 0));
  EXPECT_TRUE(
      baton::sqs::extract_message(
          R"({"MessageAttributes":{"traceparent":{"DataType":"String.w3c","StringValue":")" +
              parent + "\"}}}",
          chain_of("tracecontext"))
          ->span_context()
          .is_valid());
}

TEST(SqsExtractTest, ATraceHeaderThatIsNoStringIsReported) {
  baton::ExtractReport report;
  const std::string_view message = R"({"Attributes":{"AWSTraceHeader":{"StringValue":"x"}}})";
  EXPECT_EQ(baton::sqs::extract_message(message, chain_of("tracecontext"), &report).value(),
            baton::Context());
  EXPECT_EQ(report.issue_count(), 0U);
  EXPECT_EQ(baton::sqs::extract_message(message, chain_of("xray"), &report).value(),
            baton::Context());
  ASSERT_EQ(report.issue_count(), 1U);
  EXPECT_EQ(report.issues()[0].field, "x-amzn-trace-id");
  EXPECT_EQ(report.issues()[0].error, ParseError(ErrorCode::wrong_type, 0));
}

TEST(SqsExtractTest, AnErrorTellsWhere) {
  const auto chain = chain_of("tracecontext");
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":[{},1]})", chain).error(),
            ParseError(ErrorCode::wrong_type, 16));
  EXPECT_EQ(baton::sqs::extract(R"({"Messages":[{}] )", chain).error(),
            ParseError(ErrorCode::too_short, 17));
  EXPECT_EQ(baton::sqs::extract_message("{} {}", chain).error(),
            ParseError(ErrorCode::too_long, 3));
  std::string deep = R"({"Messages":[{"x":)" + std::string(100000, '[');
  EXPECT_EQ(baton::sqs::extract(deep, chain).error().code, ErrorCode::too_deep);
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
  const auto contexts = baton::sqs::extract(response, baton::global_chain(), &report);
  for (std::size_t i = 0; contexts && i < contexts->size(); ++i) {
    const baton::Context context = (*contexts)[i].child();
    const baton::Scope scope(context);
    handle(i);  // baton::current() is the i-th message's context
  }

  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].span_context().trace_id, ours.span_context().trace_id);
  EXPECT_EQ(report.issue_count(), 0U);
}

}  // namespace
