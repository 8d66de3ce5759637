// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/chain.hpp"
#include "baton/configuration.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

// What a chain makes of the fields of several formats, and what it does for it.

namespace baton {
namespace {

using test::Fields;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view root =
    "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";

/// Reads the one field of its name, and counts how often it is asked.
class FieldPropagator final : public Propagator {
 public:
  using Read = std::function<Extracted(Context&)>;

  FieldPropagator(std::string name, Vocabulary says, Read read)
      : Propagator(traits_),
        name_(std::move(name)),
        fields_{name_},
        traits_{.name = name_, .specification = "", .fields = fields_, .says = says},
        read_(std::move(read)) {}

  Extracted extract(CarrierReader carrier, Context& context, ExtractReport*) const override {
    ++asked;
    return carrier.get(name_) ? read_(context) : Extracted::nothing;
  }
  void inject(const Context&, CarrierWriter) const override {}

  mutable int asked = 0;

 private:
  std::string name_;
  std::array<std::string_view, 1> fields_;
  FormatTraits traits_;
  Read read_;
};

using Format = std::shared_ptr<FieldPropagator>;

/// Ids, the same ones for the same number.
Format ids(std::string name, std::uint64_t number, std::string_view state = {},
           bool says_trace_state = false) {
  return std::make_shared<FieldPropagator>(
      std::move(name), Vocabulary{.ids = true, .trace_state = says_trace_state},
      [number, state](Context& context) {
        context.set_span_context({TraceId(9, number), SpanId(9), TraceFlags(), true,
                                  TraceState::parse(state).value_or(TraceState())});
        return Extracted::span_context;
      });
}

Format decision(std::string name) {
  return std::make_shared<FieldPropagator>(std::move(name), Vocabulary{.lone_decision = true},
                                           [](Context& context) {
                                             if (!context.trace_id().is_valid())
                                               context.set_sampling(Sampling::drop);
                                             return Extracted::decision;
                                           });
}

Format luggage(std::string name) {
  return std::make_shared<FieldPropagator>(std::move(name), Vocabulary{.lone_baggage = true},
                                           [](Context& context) {
                                             context.set_baggage(Baggage::parse("k=v"));
                                             return Extracted::baggage;
                                           });
}

TEST(ChainMergeTest, TheTracestateFieldCountsAndThenTheWinner) {
  constexpr bool field = true;
  constexpr bool other = false;
  struct Row {
    bool loser_says;
    std::string_view loser;
    bool winner_says;
    std::string_view winner;
    std::string joined;
  };
  const std::string longest = test::numbered_members(TraceState::max_members);
  for (const Row& row : {
           Row{field, "b=3,c=4,d=5", field, "a=1,b=2", "c=4,d=5,a=1,b=2"},
           Row{other, "b=3,c=4,d=5", other, "a=1,b=2", "c=4,d=5,a=1,b=2"},
           Row{other, "b=3,c=4,d=5", field, "a=1,b=2", "c=4,d=5,a=1,b=2"},
           Row{field, "b=3,c=4,d=5", other, "a=1,b=2", "a=1,b=3,c=4,d=5"},
           Row{other, "b=3,c=4", field, "", "b=3,c=4"},
           Row{field, "b=3,c=4", other, "", "b=3,c=4"},
           Row{field, "", other, "a=1", "a=1"},
           Row{other, "a=1", field, longest, "a=1," + longest.substr(0, longest.rfind(','))},
           Row{field, longest, field, "x=1", longest},
       }) {
    const PropagatorChain chain({ids("loser", 1, row.loser, row.loser_says),
                                 ids("winner", 1, row.winner, row.winner_says)});
    const Context context = chain.extract(Fields{{"loser", ""}, {"winner", ""}});
    EXPECT_EQ(context.span_context().trace_state.header(), row.joined)
        << row.loser << " " << row.winner;
  }
}

TEST(ChainMergeTest, ADecisionAloneSaysNothingOfASpanContext) {
  struct Row {
    std::string_view names;
    Fields fields;
    Sampling sampling;
  };
  for (const Row& row : {
           Row{"b3,xray", {{"b3", "1"}, {"x-amzn-trace-id", root}}, Sampling::defer},
           Row{"xray,b3", {{"b3", "1"}, {"x-amzn-trace-id", root}}, Sampling::defer},
           Row{"b3,tracecontext", {{"b3", "d"}, {"traceparent", parent}}, Sampling::sample},
           Row{"tracecontext,b3", {{"b3", "d"}, {"traceparent", parent}}, Sampling::sample},
           Row{"tracecontext,xray,b3",
               {{"traceparent", parent}, {"x-amzn-trace-id", root}, {"b3", "0"}},
               Sampling::defer},
       }) {
    EXPECT_EQ(make_chain(row.names).chain.extract(row.fields).sampling(), row.sampling)
        << row.names;
  }
}

TEST(ChainMergeTest, OfAsManyFormatsAsAreKnownEachOneCounts) {
  const std::size_t count = registered_propagators().size();
  Fields fields;
  for (std::size_t i = 0; i < count; ++i) fields.add(test::numbered("format-", i), "");
  for (std::size_t odd = 1; odd + 1 < count; ++odd) {
    for (const auto policy : {ExtractionPolicy::first_match, ExtractionPolicy::last_wins}) {
      const auto report_of = [&](std::uint64_t number, std::string_view state) {
        std::vector<PropagatorChain::Entry> formats;
        for (std::size_t i = 0; i < count; ++i) {
          const bool is_odd = i == odd;
          formats.push_back(
              ids(test::numbered("format-", i), is_odd ? number : 1, is_odd ? state : ""));
        }
        ExtractReport report;
        const Context context = PropagatorChain(formats, policy).extract(fields, &report);
        EXPECT_EQ(context.span_context().trace_state.header(), state);
        return std::string(report.disagreeing_format());
      };
      EXPECT_EQ(report_of(2, ""), test::numbered("format-", odd));
      EXPECT_EQ(report_of(1, "a=1"), "");
    }
  }
}

TEST(ChainMergeTest, AFormatBehindASpanContextSeesIt) {
  const auto if_unknown =
      std::make_shared<FieldPropagator>("unknown", Vocabulary{.ids = true}, [](Context& context) {
        if (context.span_context().is_valid()) return Extracted::nothing;
        context.set_span_context({TraceId(9, 9), SpanId(9), TraceFlags(), true, {}});
        return Extracted::span_context;
      });
  for (const PropagatorChain& chain :
       {PropagatorChain({ids("one", 1), if_unknown}),
        PropagatorChain({ids("one", 1), ids("another", 1), if_unknown}),
        PropagatorChain({decision("decision"), ids("one", 1), if_unknown})}) {
    const Fields fields = {{"one", ""}, {"another", ""}, {"decision", ""}, {"unknown", ""}};
    EXPECT_EQ(chain.extract(fields).trace_id(), TraceId(9, 1));
  }
}

/// Counts the passes over its names.
class WatchedFields : public Fields {
 public:
  using Fields::Fields;

  template <class Visitor>
  void keys(Visitor&& visit) const {
    ++passes;
    Fields::keys(std::forward<Visitor>(visit));
  }

  mutable int passes = 0;
};

/// The same with a visit of all fields, which are all empty.
class VisitedFields : public WatchedFields {
 public:
  using WatchedFields::WatchedFields;

  template <class Visitor>
  void fields(Visitor&& visit) const {
    Fields::keys([&](std::string_view name) { return visit(name, std::string_view()); });
  }
};

/// The same with an index.
class IndexedFields : public VisitedFields {
 public:
  static constexpr std::size_t few_fields = 9;
  using VisitedFields::VisitedFields;

  [[nodiscard]] std::size_t size() const { return 0; }
};

/// How often each of some formats is asked for these fields, and the passes over their names.
template <class Carrier>
std::vector<int> asked(const std::vector<Format>& formats, const Carrier& carrier) {
  const std::vector<PropagatorChain::Entry> entries(formats.begin(), formats.end());
  static_cast<void>(PropagatorChain(entries).extract(carrier));
  std::vector<int> all;
  for (const Format& format : formats) all.push_back(std::exchange(format->asked, 0));
  all.push_back(std::exchange(carrier.passes, 0));
  return all;
}

TEST(ChainMergeTest, OnePassOverTheNamesTellsWhichFormatsMayFollow) {
  struct Row {
    std::vector<Format> formats;
    std::vector<std::string_view> names;
    std::vector<int> asked;
    std::vector<int> asked_if_visited;
  };
  const Format one = ids("one", 1);
  const Format two = ids("two", 2);
  const Format three = ids("three", 3);
  const Format drop = decision("drop");
  const Format bag = luggage("bag");
  for (const Row& row : {
           Row{{one, two, three}, {}, {1, 1, 1, 0}, {0, 0, 0, 0}},
           Row{{one, two, three}, {"one"}, {1, 0, 0, 1}, {1, 0, 0, 0}},
           Row{{one, two, three}, {"one", "two"}, {1, 1, 0, 1}, {1, 1, 0, 0}},
           Row{{one, two, three}, {"three"}, {1, 1, 1, 0}, {0, 0, 1, 0}},
           Row{{one, bag}, {"one"}, {1, 1, 0}, {1, 0, 0}},
           Row{{one, bag, two}, {"one"}, {1, 1, 0, 1}, {1, 0, 0, 0}},
           Row{{one, two, bag}, {"one"}, {1, 0, 0, 1}, {1, 0, 0, 0}},
           Row{{one, two, bag}, {"one", "two", "bag"}, {1, 1, 1, 1}, {1, 1, 1, 0}},
           Row{{drop, bag, one}, {"drop"}, {1, 1, 1, 0}, {1, 0, 0, 0}},
           Row{{drop, one, two}, {"drop", "one"}, {1, 1, 0, 1}, {1, 1, 0, 0}},
       }) {
    WatchedFields fields;
    VisitedFields visited;
    std::string all;
    for (const std::string_view name : row.names) {
      fields.add(name, "");
      visited.add(name, "");
      all.append(name) += ' ';
    }
    EXPECT_EQ(asked(row.formats, fields), row.asked) << all;
    EXPECT_EQ(asked(row.formats, visited), row.asked_if_visited) << all;
  }
}

TEST(ChainMergeTest, FieldsAreVisitedUnlessThereIsAnIndexAndOneFormat) {
  const Format one = ids("one", 1);
  const Format two = ids("two", 2);
  EXPECT_EQ(asked({one}, IndexedFields()), (std::vector<int>{1, 0}));
  EXPECT_EQ(asked({one, two}, IndexedFields()), (std::vector<int>{0, 0, 0}));
  EXPECT_EQ(asked({one}, VisitedFields()), (std::vector<int>{0, 0}));
}

/// Notes what is erased.
struct Erased {
  void set(std::string_view, std::string_view) {}
  void erase(std::string_view name) { names.emplace_back(name); }
  std::vector<std::string> names;
};

TEST(ChainMergeTest, WhatIsWrittenIsNotErasedBefore) {
  Context context = make_chain("tracecontext").chain.extract(Fields{{"traceparent", parent}});
  const auto erased = [&](std::string_view read, std::string_view written) {
    Erased fields;
    make_chain(ChainConfiguration{read, written, ExtractionPolicy::last_wins, {}})
        .chain.inject(context, fields);
    return fields.names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(erased("tracecontext", "tracecontext"), Names({"tracestate"}));
  EXPECT_EQ(erased("xray", "tracecontext"), Names({"x-amzn-trace-id", "tracestate"}));
}

}  // namespace
}  // namespace baton
