// SPDX-License-Identifier: Apache-2.0
// Lists of more members than fit in the objects that find them, while there is no memory.
#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "baton/baggage.hpp"
#include "baton/configuration.hpp"
#include "baton/detail/memory_source.hpp"
#include "baton/translators/jaeger.hpp"
#include "baton/w3c.hpp"
#include "core/baggage_joiner.hpp"
#include "support/arena.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

using detail::MemorySource;
using test::Arena;
using test::for_each_shortage;
using test::numbered;

constexpr std::size_t many = 700;
constexpr BaggageLimits wide = {.max_members = 2000, .max_bytes = 100'000};

Baggage many_members() { return Baggage::parse(test::numbered_members(many), wide); }

TEST(MemoryShortageTest, OfAListWithGapsTheBeginningIsReadOrAllWithMemory) {
  std::string text;
  for (std::size_t i = 0; i < many; ++i) text += numbered("k", i) + "=v,bad,";
  for_each_shortage([&](Arena& arena) {
    const MemorySource source(&Arena::take, &arena);
    std::size_t count = 0;
    for (const BaggageMember& member : Baggage::parse(text, wide)) {
      EXPECT_EQ(member.key(), numbered("k", count++));
      EXPECT_EQ(member.raw_value(), "v");
    }
    EXPECT_TRUE(arena.was_short() || count == many) << count;
  });
}

void expect_members_of(const Baggage& baggage, std::string_view prefix) {
  for (const BaggageMember& member : baggage) {
    EXPECT_EQ(member.key().substr(0, prefix.size()), prefix);
    EXPECT_EQ(member.raw_value(), "v");
  }
}

TEST(MemoryShortageTest, OfManyFieldsSomeAreReadOrAllWithMemory) {
  test::Fields lists;
  test::Fields family;
  for (std::size_t i = 0; i < many; ++i) {
    lists.add("baggage", numbered("k", i) + "=v");
    family.add(numbered("uberctx-K", i), "v");
  }
  for_each_shortage([&](Arena& arena) {
    const MemorySource source(&Arena::take, &arena);
    Context of_lists;
    BaggagePropagator(wide).extract(lists, of_lists);
    expect_members_of(of_lists.baggage(), "k");
    Context of_family;
    JaegerPropagator(wide).extract(family, of_family);
    expect_members_of(of_family.baggage(), "k");
    for (const Context* const context : {&of_lists, &of_family}) {
      EXPECT_TRUE(arena.was_short() || context->baggage().size() == many);
    }
  });
}

TEST(MemoryShortageTest, AListWithTwinsStillHasEachKey) {
  std::string text;
  for (std::size_t i = 0; i < 2 * many; ++i) {
    text += numbered(i == 0 ? "k" : ",k", i % many) + numbered("=", i);
  }
  const Baggage twins = Baggage::parse(text, wide);
  for_each_shortage([&](Arena& arena) {
    const MemorySource source(&Arena::take, &arena);
    std::size_t count = 0;
    for (const BaggageMember& member : twins) {
      const std::size_t number = count++ % many;
      EXPECT_EQ(member.key(), numbered("k", number));
    }
    EXPECT_TRUE(count == many || (arena.was_short() && count == 2 * many)) << count;
  });
}

TEST(MemoryShortageTest, WhatCannotBeSetIsTold) {
  const Baggage before = many_members();
  for_each_shortage([&](Arena& arena) {
    const MemorySource source(&Arena::take, &arena);
    const auto changed = before.set("new", "1", wide);
    EXPECT_TRUE(changed || arena.was_short());
    if (changed) {
      EXPECT_EQ(changed->get("new"), "1");
      EXPECT_EQ(changed->header().size(), before.header().size() + 6);
    } else {
      EXPECT_EQ(changed.error().code, ErrorCode::out_of_memory);
    }
  });
}

TEST(MemoryShortageTest, ABuilderHasWhatItCouldTake) {
  for_each_shortage([](Arena& arena) {
    BaggageBuilder builder({}, wide);
    std::string expected;
    {
      const MemorySource source(&Arena::take, &arena);
      for (std::size_t i = 0; i < many; ++i) {
        const auto set = builder.set(numbered("k", i), "v");
        if (set) {
          expected += numbered(expected.empty() ? "k" : ",k", i) + "=v";
        } else {
          EXPECT_TRUE(arena.was_short());
          EXPECT_EQ(set.error().code, ErrorCode::out_of_memory);
        }
      }
    }
    EXPECT_EQ(builder.build().header(), expected);
  });
}

TEST(MemoryShortageTest, ABuilderHasAllOfItsBaseOrNothing) {
  const Baggage base = many_members();
  for_each_shortage([&](Arena& arena) {
    std::optional<BaggageBuilder> builder;
    {
      const MemorySource source(&Arena::take, &arena);
      builder.emplace(base, wide);
    }
    const auto set = builder->set("k0", "w");
    EXPECT_EQ(builder->erase("k1"), set.has_value());
    if (set) {
      EXPECT_EQ(builder->build().header(), "k0=w" + std::string(base.header().substr(9)));
    } else {
      EXPECT_TRUE(arena.was_short());
      EXPECT_EQ(set.error(), ParseError(ErrorCode::out_of_memory, 0));
      EXPECT_TRUE(builder->build().empty());
    }
  });
}

TEST(MemoryShortageTest, ABuilderLosesNothingWhenItDropsWaste) {
  const Baggage base = many_members();
  for_each_shortage([&](Arena& arena) {
    BaggageBuilder builder(base, wide);
    {
      const MemorySource source(&Arena::take, &arena);
      EXPECT_TRUE(builder.set("k0", std::string(9000, 'w')));
      EXPECT_TRUE(builder.set("k0", std::string(9000, 'x')));
      EXPECT_TRUE(builder.set("k0", "w"));
    }
    EXPECT_EQ(builder.build().header(), "k0=w" + std::string(base.header().substr(4)));
  });
}

TEST(MemoryShortageTest, AJoinerOfTwoListsHasTheFirst) {
  const Baggage before = many_members();
  const Baggage more = Baggage::parse("new=v");
  for_each_shortage([&](Arena& arena) {
    detail::BaggageJoiner joiner(before, wide);
    ParseError error;
    {
      const MemorySource source(&Arena::take, &arena);
      error = joiner.add(more);
    }
    EXPECT_TRUE(!error || arena.was_short());
    const std::string added = error ? "" : ",new=v";
    EXPECT_EQ(joiner.finish()->header(), std::string(before.header()) + added);
  });
}

void expect_a_loss_is_reported(const Propagator& propagator, const test::Fields& fields,
                               std::string_view field) {
  Context before;
  before.set_baggage(Baggage::parse("own=1"));
  for_each_shortage([&](Arena& arena) {
    Context context = before;
    ExtractReport report;
    {
      const MemorySource source(&Arena::take, &arena);
      propagator.extract(fields, context, &report);
    }
    EXPECT_EQ(report.issues().size(), arena.was_short() ? 1U : 0U);
    EXPECT_EQ(context.baggage().header(), arena.was_short() ? "own=1" : "own=1,a=2");
    for (const ExtractReport::Issue& issue : report.issues()) {
      EXPECT_EQ(issue.field, field);
      EXPECT_EQ(issue.error, ParseError(ErrorCode::out_of_memory, 0));
    }
  });
}

TEST(MemoryShortageTest, BaggageThatIsNotJoinedIsReported) {
  expect_a_loss_is_reported(BaggagePropagator(), {{"baggage", "a=2"}}, "baggage");
  expect_a_loss_is_reported(JaegerPropagator(), {{"uberctx-a", "2"}}, "uberctx-");
  expect_a_loss_is_reported(JaegerPropagator(), {{"jaeger-baggage", "a=2"}}, "jaeger-baggage");
}

TEST(MemoryShortageTest, BaggageOfCallersThatIsNotAcceptedForItIsReported) {
  const PropagatorChain chain =
      make_chain("baggage").chain.with_trust({.callers_baggage = {{"a"}}});
  for (const std::size_t size : {1U, 300U}) {
    const std::string accepted = "a=" + std::string(size, 'v');
    const test::Fields fields{{"baggage", accepted + ",b=2"}};
    for_each_shortage([&](Arena& arena) {
      Context context;
      ExtractReport report;
      {
        const MemorySource source(&Arena::take, &arena);
        chain.extract(fields, context, &report);
      }
      EXPECT_EQ(report.issues().size(), arena.was_short() ? 1U : 0U);
      EXPECT_EQ(context.baggage().header(), arena.was_short() ? "" : accepted);
    });
  }
}

TEST(MemoryShortageTest, ATracestateIsSentUnlessItsDecisionWouldBeWrong) {
  struct Row {
    std::string_view state;
    Sampling sampling;
    std::optional<std::string_view> with;
    std::optional<std::string_view> without;
  };
  const TraceContextPropagator propagator({.sampling_in_tracestate = true});
  for (const Row& row : {
           Row{"vendor=1,baton=defer", Sampling::sample, "vendor=1", "vendor=1,baton=defer"},
           Row{"baton=debug,vendor=1", Sampling::drop, "vendor=1", "baton=debug,vendor=1"},
           Row{"baton=debug,vendor=1", Sampling::sample, "vendor=1", {}},
           Row{"baton=defer,vendor=1", Sampling::drop, "vendor=1", {}},
           Row{"baton=defer", Sampling::sample, {}, {}},
           Row{"vendor=1", Sampling::sample, "vendor=1", "vendor=1"},
       }) {
    Context context;
    context.set_span_context(
        {TraceId(1, 2), SpanId(3), TraceFlags(), true, TraceState::parse(row.state).value()},
        row.sampling);
    for (const bool has_memory : {true, false}) {
      Arena arena(has_memory ? Arena::never : 0);
      const MemorySource source(&Arena::take, &arena);
      test::Fields fields;
      propagator.inject(context, fields);
      EXPECT_EQ(fields.get("tracestate"), has_memory ? row.with : row.without) << row.state;
    }
  }
}

TEST(MemoryShortageTest, AJoinerHasWhatItCouldTake) {
  for (const Baggage& before : {Baggage::parse("a=1"), many_members()}) {
    for_each_shortage([&](Arena& arena) {
      detail::BaggageJoiner joiner(before, wide);
      std::string expected(before.header());
      {
        const MemorySource source(&Arena::take, &arena);
        for (std::size_t i = 0; i < many; ++i) {
          const ParseError error =
              joiner.add(numbered("new", i), [] { return std::string_view("v"); });
          if (!error) {
            expected += numbered(",new", i) + "=v";
          } else {
            EXPECT_TRUE(arena.was_short());
            EXPECT_EQ(error.code, ErrorCode::out_of_memory);
          }
        }
      }
      EXPECT_EQ(joiner.finish()->header(), expected);
    });
  }
}

}  // namespace
}  // namespace baton
