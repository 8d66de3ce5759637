// SPDX-License-Identifier: Apache-2.0
#include "baton/span.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "baton/id_tracer.hpp"
#include "baton/recording_tracer.hpp"
#include "support/child_process.hpp"
#include "support/span_cases.hpp"

namespace baton {
namespace {

TEST(SpanTest, WithoutATracerHasTheParentsContext) {
  for (const auto& [name, context] : test::caller_cases()) {
    const Span span(nullptr, {.parent = context});
    EXPECT_EQ(span.context(), context) << name;
  }
  EXPECT_EQ(Span().context(), Context());
}

TEST(SpanTest, IsAChildOfItsParentOrStartsATrace) {
  RecordingTracer recorder;
  IdTracer ids;
  for (Tracer* const tracer : {static_cast<Tracer*>(&recorder), static_cast<Tracer*>(&ids)}) {
    for (const auto& [name, context] : test::caller_cases()) {
      const Span span(tracer, {.parent = context});
      EXPECT_TRUE(test::is_span_of(span.context(), context)) << name;
    }
  }
  const std::vector<RecordedSpan> ended = recorder.ended();
  ASSERT_EQ(ended.size(), 4U);
  EXPECT_EQ(ended[0].parent, test::caller_cases()[0].context);
}

TEST(SpanTest, TheFirstSpanOfATraceSaysThatItsIdIsRandom) {
  IdTracer tracer;
  EXPECT_TRUE(Span(&tracer, {.parent = {}}).context().span_context().flags.random());
}

TEST(SpanTest, HandsWhatIsKnownToTheTracer) {
  RecordingTracer tracer;
  const std::array<Attribute, 2> at_start{{{"a", "text"}, {"b", std::int64_t{-7}}}};
  const std::array<SpanContext, 1> links{test::caller_cases()[0].context.span_context()};
  Span span(&tracer, {.parent = {},
                      .kind = SpanKind::producer,
                      .name = "send",
                      .attributes = at_start,
                      .links = links});
  EXPECT_EQ(tracer.open(), 1U);
  ASSERT_EQ(tracer.open_spans().size(), 1U);
  EXPECT_EQ(tracer.open_spans()[0].name, "send");
  EXPECT_EQ(tracer.open_spans()[0].context, span.context());
  const std::array<Attribute, 2> at_end{{{"b", "other"}, {"c", std::int64_t{3}}}};
  span.end({.is_error = true, .error_type = "full", .attributes = at_end});
  EXPECT_EQ(tracer.open(), 0U);

  const RecordedSpan recorded = tracer.ended().at(0);
  EXPECT_EQ(recorded.context, span.context());
  EXPECT_EQ(recorded.kind, SpanKind::producer);
  EXPECT_EQ(recorded.name, "send");
  EXPECT_EQ(recorded.attributes.at("a"), RecordedSpan::Value("text"));
  EXPECT_EQ(recorded.attributes.at("b"), RecordedSpan::Value("other"));
  EXPECT_EQ(recorded.attributes.at("c"), RecordedSpan::Value(std::int64_t{3}));
  EXPECT_EQ(recorded.links.at(0), links[0]);
  EXPECT_TRUE(recorded.is_error);
  EXPECT_EQ(recorded.error_type, "full");
  tracer.clear();
  EXPECT_TRUE(tracer.ended().empty());
}

TEST(SpanTest, KindsHaveTheirNames) {
  for (const auto& [kind, name] :
       std::map<SpanKind, std::string>{{SpanKind::internal, "internal"},
                                       {SpanKind::server, "server"},
                                       {SpanKind::client, "client"},
                                       {SpanKind::producer, "producer"},
                                       {SpanKind::consumer, "consumer"}}) {
    EXPECT_EQ(to_string(kind), name);
  }
}

TEST(SpanTest, EndsOnce) {
  RecordingTracer tracer;
  {
    Span span(&tracer, {.parent = {}, .name = "first"});
    span.end();
    span.end();
    Span moved = std::move(span);
    moved = Span(&tracer, {.parent = {}, .name = "second"});
    std::thread([other = std::move(moved)] {}).join();
  }
  const auto ended = tracer.ended();
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].name, "first");
  EXPECT_EQ(ended[1].name, "second");
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(RecordingTracerTest, KnowsWhichSpansAreOpenAndHowManyEndedAgain) {
  RecordingTracer tracer;
  const Context parent;
  const Tracer::Started first = tracer.start({.parent = parent, .name = "first"});
  const Tracer::Started second = tracer.start({.parent = parent, .name = "second"});
  ASSERT_EQ(tracer.open_spans().size(), 2U);
  EXPECT_EQ(tracer.open_spans()[0].name, "first");
  EXPECT_EQ(tracer.open_spans()[1].name, "second");
  tracer.end(first, {});
  EXPECT_EQ(tracer.ended_again(), 0U);
  tracer.end(first, {});
  tracer.end(first, {});
  EXPECT_EQ(tracer.ended_again(), 2U);
  EXPECT_EQ(tracer.open_spans().at(0).name, "second");
  tracer.end(second, {});
  EXPECT_EQ(tracer.open(), 0U);
}

TEST(SpanTest, AssignmentEndsTheSpanThatWasThere) {
  RecordingTracer tracer;
  Span span(&tracer, {.parent = {}, .name = "first"});
  span = Span(&tracer, {.parent = {}, .name = "second"});
  ASSERT_EQ(tracer.ended().size(), 1U);
  EXPECT_EQ(tracer.ended()[0].name, "first");
  EXPECT_EQ(tracer.open(), 1U);
}

TEST(SpanTest, AnExceptionIsAnErrorAndAnEarlierOneIsNot) {
  RecordingTracer tracer;
  struct Cleaner {
    Tracer& tracer;
    ~Cleaner() { const Span span(&tracer, {.parent = {}, .name = "clean"}); }
  };
  try {
    const Span span(&tracer, {.parent = {}, .name = "work"});
    const Cleaner cleaner{tracer};
    throw std::runtime_error("no");
  } catch (const std::runtime_error&) {
    const Span span(&tracer, {.parent = {}, .name = "mend"});
  }
  const auto ended = tracer.ended();
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_EQ(ended[0].name, "clean");
  EXPECT_FALSE(ended[0].is_error);
  EXPECT_EQ(ended[1].name, "work");
  EXPECT_TRUE(ended[1].is_error);
  EXPECT_EQ(ended[1].error_type, "exception");
  EXPECT_EQ(ended[2].name, "mend");
  EXPECT_FALSE(ended[2].is_error);
}

TEST(InSpanTest, MakesASpanCurrent) {
  RecordingTracer tracer;
  for (const auto& [name, context] : test::caller_cases()) {
    const Scope scope(context);
    const Context inside = in_span("price", [] { return current(); }, &tracer);
    EXPECT_TRUE(test::is_span_of(inside, context)) << name;
    EXPECT_EQ(in_span("price", [] { return current(); }, nullptr), context) << name;
  }
  EXPECT_THROW(
      in_span("price", [] { throw std::runtime_error("no"); }, &tracer), std::runtime_error);
  EXPECT_EQ(tracer.open(), 0U);
  ASSERT_EQ(tracer.ended().size(), 5U);
  EXPECT_EQ(tracer.ended()[0].name, "price");
  EXPECT_EQ(tracer.ended()[0].kind, SpanKind::internal);
  EXPECT_TRUE(tracer.ended()[4].is_error);
}

/// Always drops, and says so in the tracestate.
class Dropper final : public Sampler {
 public:
  [[nodiscard]] SamplingResult sample(const SpanStart& start,
                                      TraceId trace_id) const noexcept override {
    EXPECT_TRUE(trace_id.is_valid());
    return {Sampling::drop, start.parent.span_context().trace_state.set("by", "dropper").value()};
  }
};

TEST(TracerTest, AsksItsSampler) {
  const auto sampler = std::make_shared<Dropper>();
  IdTracer ids(sampler);
  RecordingTracer recorder(sampler);
  for (Tracer* const tracer : {static_cast<Tracer*>(&ids), static_cast<Tracer*>(&recorder)}) {
    const Span span(tracer, {.parent = test::caller_cases()[0].context});
    EXPECT_EQ(span.context().sampling(), Sampling::drop);
    EXPECT_FALSE(span.context().span_context().flags.sampled());
    EXPECT_EQ(span.context().span_context().trace_state.get("by"), "dropper");
  }
}

TEST(GlobalTracerTest, IsNoneUntilItIsSetAndOutlivesItsReplacement) {
  EXPECT_EQ(test::run_in_child([] {
              if (global_tracer() != nullptr) return "not null";
              const auto first = std::make_shared<RecordingTracer>();
              const std::weak_ptr<Tracer> kept = first;
              set_global_tracer(first);
              if (global_tracer() != first.get()) return "not the first";
              set_global_tracer(std::make_shared<IdTracer>());
              if (kept.expired()) return "gone";
              set_global_tracer(nullptr);
              return global_tracer() == nullptr ? "good" : "not null again";
            }),
            "good");
}

}  // namespace
}  // namespace baton
