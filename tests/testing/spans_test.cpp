// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/spans.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "baton/span.hpp"
#include "baton/testing/carrier_fixture.hpp"
#include "baton/testing/matchers.hpp"

namespace {

using namespace baton::testing;
using baton::Context;
using baton::RecordedSpan;
using baton::RecordingTracer;
using baton::SpanContext;
using baton::SpanKind;
using baton::testing::detail::full_context;
using testing::Not;

constexpr std::uint64_t trace = 7;

SpanContext span_context(std::uint64_t span, bool is_remote = false) {
  return {baton::TraceId(trace, trace), baton::SpanId(span), baton::TraceFlags(1), is_remote, {}};
}

/// A span with its id and that of its parent; 0: none.
RecordedSpan span(std::string name, std::uint64_t id, std::uint64_t parent,
                  SpanKind kind = SpanKind::internal, bool is_remote = false) {
  RecordedSpan recorded;
  recorded.name = std::move(name);
  recorded.kind = kind;
  recorded.context.set_span_context(span_context(id));
  if (parent != 0) recorded.parent.set_span_context(span_context(parent, is_remote));
  return recorded;
}

/// The ends of a request, the innermost first.
std::vector<RecordedSpan> request() {
  std::vector<RecordedSpan> spans{span("SELECT", 4, 3, SpanKind::client), span("price", 3, 1),
                                  span("charge", 5, 1, SpanKind::client),
                                  span("GET", 1, 99, SpanKind::server, true)};
  spans[2].is_error = true;
  spans[2].error_type = "timeout";
  return spans;
}

template <class Spans, class Matcher>
std::string why_not(const Spans& spans, const Matcher& matcher) {
  const testing::Matcher<const Spans&> typed(matcher);
  testing::StringMatchResultListener listener;
  return typed.MatchAndExplain(spans, &listener) ? "matches" + listener.str() : listener.str();
}

std::vector<std::string> names(const baton::testing::Spans::List& list) {
  std::vector<std::string> names;
  for (const RecordedSpan* each : list) names.push_back(each->name);
  return names;
}

using Names = std::vector<std::string>;

TEST(Spans, AreFoundByNameKindAndPlace) {
  const Spans spans(request());
  EXPECT_EQ(spans.all().size(), 4U);
  const RecordedSpan* const root = spans.named("GET").at(0);
  EXPECT_EQ(names(spans.roots()), Names{"GET"});
  EXPECT_EQ(names(spans.orphans()), Names{});
  EXPECT_EQ(names(spans.of_kind(SpanKind::client)), (Names{"SELECT", "charge"}));
  EXPECT_EQ(names(spans.named("DELETE")), Names{});
  EXPECT_EQ(names(spans.children_of(root)), (Names{"price", "charge"}));
  const RecordedSpan* const query = spans.named("SELECT").at(0);
  EXPECT_EQ(spans.parent_of(query), spans.named("price").at(0));
  EXPECT_EQ(spans.parent_of(root), nullptr);
  EXPECT_EQ(spans.path_to(query), "GET > price > SELECT");
  EXPECT_EQ(names(spans.children_of(nullptr)), Names{});
  const RecordedSpan stranger;
  EXPECT_EQ(spans.path_to(&stranger), "");
}

TEST(Spans, AreDrawnAsATree) {
  EXPECT_EQ(Spans(request()).drawn(),
            "GET (server), called by 0000000000000063\n"
            "├─ price (internal)\n"
            "│  └─ SELECT (client)\n"
            "└─ charge (client), error \"timeout\"\n");
  EXPECT_EQ(Spans(std::vector<RecordedSpan>{span("", 1, 0)}).drawn(), "(no name) (internal)\n");
}

TEST(Spans, ARemoteParentThatWasRecordedIsOneOfTheTree) {
  const std::vector<RecordedSpan> both{span("serve", 2, 1, SpanKind::server, true),
                                       span("call", 1, 0, SpanKind::client)};
  EXPECT_EQ(names(Spans(both).roots()), Names{"call"});
  EXPECT_THAT(both, IsOneTree());
}

TEST(IsOneTreeMatcher, SaysAndDrawsWhatIsWrong) {
  EXPECT_EQ(why_not(request(), IsOneTree()), "matches");
  EXPECT_EQ(why_not(std::vector<RecordedSpan>(), IsOneTree()), "but there is no span");
  std::vector<RecordedSpan> spans = request();
  spans.push_back(span("other", 6, 0));
  EXPECT_EQ(why_not(spans, IsOneTree()), "but there are 2 roots:\n" + Spans(spans).drawn());
  spans.back() = span("lost", 6, 8);
  EXPECT_EQ(why_not(spans, IsOneTree()),
            "but 1 span has a parent that is not there:\n" + Spans(spans).drawn());
  EXPECT_NE(Spans(spans).drawn().find("lost (internal), an orphan of 0000000000000008\n"),
            std::string::npos);
  spans.back() = span("twin", 4, 1);
  EXPECT_EQ(why_not(spans, IsOneTree()), "but 2 spans have the id 0000000000000004");
}

TEST(IsOneTreeMatcher, SeesOtherTracesAndCircles) {
  std::vector<RecordedSpan> spans = request();
  // The parent's span id, in another trace.
  spans[0].parent.set_span_context(
      {baton::TraceId(8, 8), baton::SpanId(3), baton::TraceFlags(1), false, {}});
  EXPECT_THAT(spans, Not(IsOneTree()));
  spans = request();
  spans.push_back(span("a", 6, 7));
  spans.push_back(span("b", 7, 6));
  EXPECT_EQ(why_not(spans, IsOneTree()), "but 2 spans are in a circle:\n" +
                                             Spans(request()).drawn() +
                                             "in a circle:\na (internal)\n└─ b (internal)\n");
  EXPECT_EQ(Spans(spans).path_to(nullptr), "");
  const Spans circle(spans);
  EXPECT_FALSE(circle.path_to(circle.named("a").at(0)).empty());
  spans = {span("self", 1, 1)};
  EXPECT_EQ(why_not(spans, IsOneTree()),
            "but 1 span is in a circle:\nin a circle:\nself (internal)\n");
}

TEST(HasNoOrphansMatcher, AllowsSeveralTrees) {
  std::vector<RecordedSpan> spans = request();
  spans.push_back(span("other", 6, 0));
  EXPECT_EQ(why_not(spans, HasNoOrphans()), "matches");
  spans.push_back(span("lost", 9, 8));
  spans.push_back(span("lost", 10, 8));
  EXPECT_EQ(why_not(spans, HasNoOrphans()),
            "but 2 spans have a parent that is not there:\n" + Spans(spans).drawn());
}

TEST(IsOneTreeMatcher, KnowsAParentThatHasNotEnded) {
  RecordingTracer tracer;
  const Context parent = full_context();
  const auto outer = tracer.start({.parent = parent, .kind = SpanKind::server, .name = "outer"});
  const auto inner = tracer.start({.parent = outer.context, .name = "inner"});
  tracer.end(tracer.start({.parent = inner.context, .name = "innermost"}), {});
  tracer.end(inner, {});
  EXPECT_EQ(why_not(tracer, IsOneTree()),
            "but 1 span has a parent that has not ended:\n"
            "inner (internal); its parent outer (server) has not ended\n"
            "└─ innermost (internal)\n");
  EXPECT_EQ(why_not(tracer, HasNoOrphans()), "matches");
  EXPECT_EQ(names(Spans(tracer).orphans()), Names{});
  EXPECT_EQ(names(Spans(tracer).roots()), Names{});
  // The same for one that says that its parent came from elsewhere.
  Context received = outer.context;
  SpanContext caller = received.span_context();
  caller.is_remote = true;
  received.set_span_context(std::move(caller));
  tracer.end(tracer.start({.parent = received, .name = "served"}), {});
  EXPECT_TRUE(why_not(tracer, IsOneTree()).starts_with("but 2 spans have a parent that has not"));
  tracer.end(outer, {});
  EXPECT_EQ(why_not(tracer, IsOneTree()), "matches");
}

TEST(AllEndedMatcher, SaysWhatIsOpenAndWhatEndedTwice) {
  RecordingTracer tracer;
  const Context parent = full_context();
  EXPECT_EQ(why_not(tracer, AllEnded()), "matches");
  const auto first = tracer.start({.parent = parent, .kind = SpanKind::server, .name = "first"});
  const auto second = tracer.start({.parent = parent, .name = "second"});
  EXPECT_EQ(why_not(tracer, AllEnded()),
            "but 2 spans have not ended: first (server) second (internal)");
  tracer.end(second, {});
  EXPECT_EQ(why_not(tracer, AllEnded()), "but 1 span has not ended: first (server)");
  EXPECT_EQ(tracer.open(), 1U);
  tracer.end(second, {.is_error = true});
  EXPECT_EQ(tracer.ended_again(), 1U);
  EXPECT_FALSE(tracer.ended().at(0).is_error);
  // No other span gets the place of one that has ended.
  tracer.end(first, {});
  const auto third = tracer.start({.parent = parent, .name = "third"});
  tracer.end(first, {});
  EXPECT_EQ(why_not(tracer, AllEnded()),
            "but 1 span has not ended: third (internal); 2 ends are of spans that had ended");
  tracer.end(third, {});
  EXPECT_EQ(why_not(tracer, AllEnded()), "but 2 ends are of spans that had ended");
  EXPECT_EQ(tracer.ended().size(), 3U);
  EXPECT_THAT(tracer, Not(AllEnded()));
  EXPECT_THAT(tracer, HasNoOrphans());
}

TEST(AllEndedMatcher, SpansOfTheLibraryAreATree) {
  RecordingTracer tracer;
  {
    const baton::Span outer(&tracer, {.parent = full_context(), .name = "outer"});
    const baton::Scope scope(outer.context());
    baton::in_span("inner", [] {}, &tracer);
  }
  EXPECT_THAT(tracer, AllEnded());
  EXPECT_THAT(tracer, IsOneTree());
  const Spans spans(tracer);
  EXPECT_EQ(spans.path_to(spans.named("inner").at(0)), "outer > inner");
}

// A parent that ends meanwhile is open or has ended, and never neither.
TEST(Spans, AreThoseOfOneMoment) {
  RecordingTracer tracer;
  std::atomic<bool> done = false;
  std::thread works([&] {
    for (int i = 0; i < 50'000; ++i) {
      const baton::Span outer(&tracer, {.parent = Context(), .name = "outer"});
      const baton::Span inner(&tracer, {.parent = outer.context(), .name = "inner"});
    }
    done = true;
  });
  while (!done && !HasFailure()) {
    EXPECT_THAT(tracer, HasNoOrphans());
    tracer.clear();
  }
  works.join();
}

}  // namespace
