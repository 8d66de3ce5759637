// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "baton/baton.hpp"
#include "baton/carriers/environment.hpp"
#include "baton/configuration.hpp"
#include "baton/extraction_counts.hpp"
#include "support/fields.hpp"

// A value that was moved from can be used as an empty one, and be assigned to.
namespace baton {
namespace {

using test::Fields;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

Fields make_request() {
  return {{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "user=1"}};
}

/// Moves from a value in both ways. Checks each time that it is then empty, and can be assigned to.
template <class T, class Check>
void check_moved_from(const T& original, Check is_empty) {
  T value = original;
  const T constructed = std::move(value);
  is_empty(value);
  value = original;
  T assigned;
  assigned = std::move(value);
  is_empty(value);
  value = original;
  static_cast<void>(constructed);
}

TEST(MovedFromTest, Chain) {
  check_moved_from(make_chain("tracecontext,baggage,b3").chain, [](PropagatorChain& chain) {
    Context context;
    EXPECT_EQ(chain.extract(make_request(), context), Extracted::nothing);
    EXPECT_EQ(context, Context());
    Fields fields = make_request();
    chain.inject(Context().child(), fields);
    EXPECT_EQ(fields.get("traceparent"), parent);
    EXPECT_TRUE(chain.fields().empty());
    EXPECT_TRUE(chain.readers().empty());
    EXPECT_TRUE(chain.writers().empty());
    EXPECT_FALSE(chain.owns("traceparent"));
    EXPECT_EQ(chain.policy(), ExtractionPolicy::last_wins);
    const PropagatorChain copy = chain;
    EXPECT_TRUE(copy.readers().empty());
  });
}

TEST(MovedFromTest, ConfiguredChain) {
  check_moved_from(make_chain("b3,nonsense"), [](ConfiguredChain& configured) {
    EXPECT_TRUE(configured.chain.readers().empty());
    EXPECT_TRUE(configured.error.empty());
  });
}

TEST(MovedFromTest, Context) {
  check_moved_from(make_chain("tracecontext,baggage").chain.extract(make_request()),
                   [](Context& context) {
                     EXPECT_EQ(context, Context());
                     Fields fields;
                     make_chain("tracecontext,baggage,b3").chain.inject(context, fields);
                     EXPECT_EQ(fields.sorted(), std::vector<Fields::Pair>());
                     EXPECT_TRUE(context.child().span_context().is_valid());
                   });
}

TEST(MovedFromTest, SpanContextKeepsItsIdsAlone) {
  check_moved_from(make_chain("tracecontext").chain.extract(make_request()).span_context(),
                   [](SpanContext& span_context) {
                     EXPECT_TRUE(span_context.trace_state.empty());
                     EXPECT_EQ(span_context.trace_state.header(), "");
                   });
}

TEST(MovedFromTest, TraceState) {
  check_moved_from(TraceState::parse("a=1,b=2").value(), [](TraceState& state) {
    EXPECT_TRUE(state.empty());
    EXPECT_EQ(state.begin(), state.end());
    EXPECT_EQ(state.get("a"), std::nullopt);
    EXPECT_EQ(state.set("c", "3")->header(), "c=3");
    EXPECT_TRUE(state.erase("a").empty());
    EXPECT_EQ(state.header(5), "");
  });
}

TEST(MovedFromTest, Baggage) {
  check_moved_from(Baggage::parse("a=1,b=2"), [](Baggage& baggage) {
    EXPECT_TRUE(baggage.empty());
    EXPECT_EQ(baggage.begin(), baggage.end());
    EXPECT_EQ(baggage.get("a"), std::nullopt);
    EXPECT_EQ(baggage.set("c", "3")->header(), "c=3");
    EXPECT_TRUE(baggage.erase("a").empty());
    EXPECT_EQ(baggage.header({1, 1}), "");
  });
}

TEST(MovedFromTest, BaggageIterator) {
  for (const std::string_view text : {"a=1,b=2", "a=1,b=2,a=3"}) {  // without and with an order
    const Baggage baggage = Baggage::parse(text);
    auto place = baggage.begin();
    const auto moved = std::move(place);
    EXPECT_EQ(moved->key(), "a");
    EXPECT_EQ(std::distance(place, baggage.end()), 2);
    place = baggage.begin();
    EXPECT_EQ(std::distance(place, baggage.end()), 2);
  }
}

TEST(MovedFromTest, BaggageBuilder) {
  BaggageBuilder builder(Baggage::parse("a=1,b=2"), {2, 100});
  BaggageBuilder moved = std::move(builder);
  EXPECT_EQ(moved.build().header(), "a=1,b=2");
  EXPECT_TRUE(builder.build().empty());
  EXPECT_FALSE(builder.erase("a"));
  EXPECT_EQ(builder.set("bad key", "1").error(), ParseError(ErrorCode::bad_key, 3));
  EXPECT_TRUE(builder.build().empty());
  EXPECT_TRUE(builder.set("c", "3"));
  EXPECT_EQ(builder.build().header(), "c=3");
  builder = std::move(moved);
  EXPECT_EQ(builder.build().header(), "a=1,b=2");
}

TEST(MovedFromTest, ExtractionCounts) {
  static_cast<void>(make_chain("b3").chain.extract(make_request()));
  ExtractionCounts counts = extraction_counts();
  const ExtractionCounts moved = std::move(counts);
  EXPECT_EQ(counts.of("b3").found, 0U);
  EXPECT_FALSE(to_prometheus(counts).empty());
  EXPECT_FALSE(moved.formats.empty());
}

TEST(MovedFromTest, Environment) {
  const char* const list[] = {"TRACEPARENT=00", "PATH=/bin", nullptr};
  check_moved_from(environment::Environment(list), [](environment::Environment& environment) {
    EXPECT_TRUE(environment.list().empty());
    EXPECT_EQ(*environment.envp(), nullptr);
    EXPECT_EQ(environment.get("traceparent"), std::nullopt);
    environment.erase("traceparent");
    environment.set("traceparent", "01");
    EXPECT_EQ(environment.get("traceparent"), "01");
  });
}

TEST(MovedFromTest, BoundFunction) {
  auto bound = bind(Context().child(), [text = std::string(40, 'x')] { return text.size(); });
  const auto moved = std::move(bound);
  EXPECT_EQ(bound(), 0U);
}

}  // namespace
}  // namespace baton
