// SPDX-License-Identifier: Apache-2.0
// Both ends of Celery, forwarding and with a tracer, for all that may be known of a caller.

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>

#include "baton/carriers/celery.hpp"
#include "baton/configuration.hpp"
#include "baton/recording_tracer.hpp"
#include "support/span_cases.hpp"

namespace {

using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::SpanKind;
using baton::test::caller_cases;
using baton::test::is_restart_of;
using baton::test::is_span_of;
using Attributes = std::map<std::string, RecordedSpan::Value, std::less<>>;

// Only B3 carries a decision alone, and only X-Ray a trace id alone.
const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage,b3,xray-lambda").chain;

namespace celery = baton::celery;

TEST(CelerySpan, PublishCarriesTheCurrentContextWithoutATracer) {
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    const celery::Message message = celery::publish(
        {.name = "shop.bill"}, [](celery::Message made) { return made; }, {.chain = chain});
    const celery::Message expected =
        celery::make_message({.name = "shop.bill"}, context, {.chain = chain});
    EXPECT_EQ(celery::extract(message.headers, {.chain = chain}),
              celery::extract(expected.headers, {.chain = chain}))
        << name;
  }
}

TEST(CelerySpan, NamesTheIdThatATaskGets) {
  RecordingTracer tracer;
  const celery::Message message =
      celery::publish({.name = "shop.bill"}, [](celery::Message made) { return made; },
                      {.chain = chain, .tracer = &tracer});
  EXPECT_EQ(message.correlation_id.size(), 36U);
  EXPECT_EQ(message.headers.at("id").as_string(), message.correlation_id);
  EXPECT_EQ(tracer.ended().at(0).attributes.at("messaging.message.id"),
            RecordedSpan::Value(message.correlation_id));
}

TEST(CelerySpan, PublishedTasksHaveASpanEach) {
  RecordingTracer tracer;
  const celery::Task task{.name = "shop.bill", .id = "i", .queue = "bills"};
  for (const auto& [name, context] : caller_cases()) {
    const baton::Scope scope(context);
    const celery::Message message = celery::publish(task, [](celery::Message made) { return made; },
                                                    {.chain = chain, .tracer = &tracer});
    const RecordedSpan span = tracer.ended().back();
    EXPECT_TRUE(is_span_of(span.context, context)) << name;
    EXPECT_EQ(celery::extract(message.headers, {.chain = chain}).span_context().span_id,
              span.context.span_context().span_id)
        << name;
  }
  const RecordedSpan span = tracer.ended().at(0);
  EXPECT_EQ(span.kind, SpanKind::producer);
  EXPECT_EQ(span.name, "apply_async/shop.bill");
  EXPECT_EQ(span.attributes, (Attributes{{"messaging.system", "celery"},
                                         {"messaging.operation.name", "apply_async"},
                                         {"messaging.operation.type", "send"},
                                         {"messaging.destination.name", "bills"},
                                         {"messaging.message.id", "i"},
                                         {"celery.task_name", "shop.bill"}}));

  EXPECT_THROW(celery::publish(task, [](const celery::Message&) { throw std::runtime_error("no"); },
                               {.chain = chain, .tracer = &tracer}),
               std::runtime_error);
  EXPECT_TRUE(tracer.ended().back().is_error);
  EXPECT_EQ(tracer.ended().size(), 5U);
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(CelerySpan, ProcessedTasksAreForwardedOrHaveASpan) {
  RecordingTracer tracer;
  for (const auto& [name, context] : caller_cases()) {
    const celery::Message message =
        celery::make_message({.name = "shop.bill", .id = "i"}, context, {.chain = chain});
    const celery::ReceivedTask task = celery::read_task(message).value();
    const Context caller = celery::extract(task, {.chain = chain});
    const auto see = [] { return baton::current(); };
    EXPECT_EQ(celery::process(task, see, {.chain = chain}), caller) << name;
    const Context seen = celery::process(task, see, {.chain = chain, .tracer = &tracer});
    EXPECT_TRUE(is_span_of(seen, caller)) << name;
    EXPECT_EQ(tracer.ended().back().context, seen) << name;
    EXPECT_EQ(tracer.ended().back().name, "run/shop.bill");
    EXPECT_THROW(celery::process(task, [] { throw std::runtime_error("no"); },
                                 {.chain = chain, .tracer = &tracer}),
                 std::runtime_error);
    EXPECT_TRUE(tracer.ended().back().is_error);
  }
  EXPECT_EQ(tracer.ended().size(), 8U);
  EXPECT_EQ(tracer.ended()[0].kind, SpanKind::consumer);
  EXPECT_EQ(tracer.ended()[0].attributes, (Attributes{{"messaging.system", "celery"},
                                                      {"messaging.operation.name", "run"},
                                                      {"messaging.operation.type", "process"},
                                                      {"messaging.message.id", "i"},
                                                      {"celery.task_name", "shop.bill"}}));
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(CelerySpan, LinksToACallerThatIsNotTrusted) {
  RecordingTracer tracer;
  const baton::PropagatorChain edge = chain.with_trust({.callers = baton::CallerTrust::restart});
  const Context caller = caller_cases()[0].context;
  const celery::ReceivedTask task =
      celery::read_task(celery::make_message({.name = "shop.bill"}, caller, {.chain = chain}))
          .value();
  const auto see = [] { return baton::current(); };
  const Context seen = celery::process(task, see, {.chain = edge, .tracer = &tracer});
  EXPECT_TRUE(is_restart_of(tracer.ended().at(0), seen, caller));
  EXPECT_EQ(celery::process(task, see, {.chain = edge}), Context());
}

}  // namespace
