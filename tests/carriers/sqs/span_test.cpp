// SPDX-License-Identifier: Apache-2.0
// Both ends of SQS, forwarding and with a tracer, for all that may be known of a caller.

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "baton/carriers/sqs.hpp"
#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "support/span_cases.hpp"

namespace {

using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::SpanKind;
using baton::test::caller_cases;
using baton::test::is_span_of;
using Attributes = std::map<std::string, RecordedSpan::Value, std::less<>>;

// Only B3 carries a decision alone, and only X-Ray a trace id alone.
const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3,xray-lambda").chain;

constexpr const char* batch = R"({"Entries": [{"Id": "a"}, {"Id": "b"}]})";

/// The contexts in the entries of a request.
std::vector<Context> sent_in(std::string request) {
  request.replace(request.find("Entries"), 7, "Messages");
  for (std::size_t at = 0; (at = request.find("\"Id\"", at)) != std::string::npos;) {
    request.replace(at, 4, "\"Body\"");
  }
  for (std::size_t at = 0;
       (at = request.find("MessageSystemAttributes", at)) != std::string::npos;) {
    request.replace(at, 23, "Attributes");
  }
  return baton::sqs::extract(request, {.chain = chain}).value();
}

TEST(SqsSpan, SendingCarriesTheCurrentContextWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    std::string request = batch;
    std::string expected = batch;
    const baton::sqs::Sending sending(request, {.chain = chain});
    ASSERT_TRUE(sending.left_out());
    ASSERT_TRUE(baton::sqs::inject(expected, context, {.chain = chain}));
    EXPECT_EQ(request, expected) << name;
  }
}

TEST(SqsSpan, SentMessagesHaveASpanEach) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    std::string request = batch;
    {
      const baton::sqs::Sending sending(request, {.chain = chain, .tracer = &tracer});
      EXPECT_EQ(tracer.open(), 2U);
    }
    const std::vector<RecordedSpan> ended = tracer.ended();
    tracer.clear();
    ASSERT_EQ(ended.size(), 2U);
    const std::vector<Context> sent = sent_in(request);
    ASSERT_EQ(sent.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_TRUE(is_span_of(ended[i].context, context)) << name;
      EXPECT_EQ(ended[i].context.span_context().span_id, sent[i].span_context().span_id) << name;
      EXPECT_EQ(ended[i].kind, SpanKind::producer);
      EXPECT_EQ(ended[i].name, "send");
      EXPECT_EQ(ended[i].attributes, (Attributes{{"messaging.system", "aws_sqs"},
                                                 {"messaging.operation.name", "send"},
                                                 {"messaging.operation.type", "send"}}));
      EXPECT_FALSE(ended[i].is_error);
    }
    EXPECT_NE(sent[0].span_context().span_id, sent[1].span_context().span_id);
  }
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(SqsSpan, FailuresAreErrors) {
  RecordingTracer tracer;
  std::string request = R"({"Entries": [{"Id": "a"}, 7]})";
  const std::string before = request;
  {
    EXPECT_FALSE(baton::sqs::Sending(request, {.chain = chain, .tracer = &tracer}).left_out());
  }
  EXPECT_EQ(request, before);
  ASSERT_EQ(tracer.ended().size(), 1U);
  EXPECT_TRUE(tracer.ended()[0].is_error);
  EXPECT_EQ(tracer.ended()[0].error_type, "invalid request");
  try {
    std::string good = batch;
    const baton::sqs::Sending sending(good, {.chain = chain, .tracer = &tracer});
    throw std::runtime_error("no");
  } catch (const std::runtime_error&) {
    EXPECT_TRUE(tracer.ended().at(1).is_error);
    EXPECT_TRUE(tracer.ended().at(2).is_error);
  }
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(SqsSpan, ProcessedMessagesAreForwardedOrHaveASpan) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const auto see = [] { return baton::current(); };
    EXPECT_EQ(baton::sqs::process(context, see), context) << name;
    const Context seen = baton::sqs::process(context, see, {.tracer = &tracer});
    EXPECT_TRUE(is_span_of(seen, context)) << name;
    EXPECT_EQ(tracer.ended().back().context, seen) << name;
  }
  EXPECT_EQ(tracer.ended().size(), 4U);
  EXPECT_EQ(tracer.ended()[0].kind, SpanKind::consumer);
  EXPECT_EQ(tracer.ended()[0].name, "process");
  EXPECT_EQ(tracer.ended()[0].attributes, (Attributes{{"messaging.system", "aws_sqs"},
                                                      {"messaging.operation.name", "process"},
                                                      {"messaging.operation.type", "process"}}));
}

TEST(SqsSpan, LinksToACallerThatIsNotTrusted) {
  RecordingTracer tracer;
  const baton::PropagatorChain edge = chain.with_trust({.callers = baton::CallerTrust::restart});
  std::string request = batch;
  const Context caller = caller_cases()[0].context;
  ASSERT_TRUE(baton::sqs::inject(request, caller, {.chain = chain}));
  for (const std::string_view name : {"Entries", "Id", "Id"}) {
    request.replace(request.find(name), name.size(), name == "Id" ? "Body" : "Messages");
  }
  const auto received = baton::sqs::receive(request, {.chain = edge}).value();
  ASSERT_EQ(received.size(), 2U);
  for (const baton::Received& message : received) {
    const auto see = [] { return baton::current(); };
    const Context seen = baton::sqs::process(message, see, {.tracer = &tracer});
    EXPECT_TRUE(baton::test::is_restart_of(tracer.ended().back(), seen, caller));
    EXPECT_EQ(baton::sqs::process(message, see), Context());
  }
  EXPECT_FALSE(baton::sqs::receive("[", {.chain = edge}));
}

}  // namespace
