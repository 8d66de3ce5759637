// SPDX-License-Identifier: Apache-2.0
#include "baton/chain.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "baton/configuration.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

using test::Fields;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view b3 = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d";

PropagatorChain chain_of(std::string_view names,
                         ExtractionPolicy policy = ExtractionPolicy::last_wins) {
  return make_chain(names, policy).chain;
}

/// Counts its calls.
constexpr std::string_view counting_fields[] = {"count"};
constexpr FormatTraits counting = {
    .name = "counting", .specification = "", .fields = counting_fields, .says = {.ids = true}};

class CountingPropagator final : public Propagator {
 public:
  CountingPropagator(Extracted answer, bool gives_baggage)
      : Propagator(counting), answer_(answer), gives_baggage_(gives_baggage) {}

  Extracted extract(CarrierReader, Context& context, ExtractReport*) const override {
    ++asked;
    if (answer_ == Extracted::span_context) {
      context.set_span_context({TraceId(9, 9), SpanId(9), TraceFlags(), true, {}});
      if (gives_baggage_) context.set_baggage(Baggage::parse("from=counting"));
    }
    return answer_;
  }
  void inject(const Context&, CarrierWriter) const override {}

  mutable int asked = 0;

 private:
  Extracted answer_;
  bool gives_baggage_;
};

TEST(PropagatorChainTest, EmptyOneDoesNothing) {
  const PropagatorChain chain;
  Fields fields = {{"traceparent", parent}};
  Context context;
  EXPECT_EQ(chain.extract(fields, context), Extracted::nothing);
  EXPECT_EQ(context, Context());
  EXPECT_EQ(chain.receive(fields).found, Extracted::nothing);
  EXPECT_EQ(chain.receive(fields).context, Context());
  chain.inject(Context().child(), fields);
  EXPECT_EQ(fields.get("traceparent"), parent);
  EXPECT_TRUE(chain.fields().empty());
  EXPECT_TRUE(chain.prefixes().empty());
  EXPECT_TRUE(chain.readers().empty());
}

TEST(PropagatorChainTest, NamesEachFieldOnce) {
  const PropagatorChain chain = chain_of("tracecontext,baggage,b3,b3multi");
  const std::vector<std::string_view> expected = {
      "traceparent", "tracestate",        "baggage",      "b3",        "x-b3-traceid",
      "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"};
  EXPECT_TRUE(
      std::equal(chain.fields().begin(), chain.fields().end(), expected.begin(), expected.end()));
  const PropagatorChain::Entry link = chain.readers()[0];
  EXPECT_EQ(PropagatorChain({link, link}).fields().size(), 2U);
  EXPECT_TRUE(chain.prefixes().empty());
}

TEST(PropagatorChainTest, NamesEachPrefixOnceWhetherReadOrWritten) {
  const PropagatorChain jaeger = chain_of("jaeger,ottrace");
  const PropagatorChain chain({jaeger.readers()[0], jaeger.readers()[1]}, {jaeger.writers()[0]},
                              ExtractionPolicy::last_wins);
  const std::vector<std::string_view> expected = {"uberctx-", "ot-baggage-"};
  for (const PropagatorChain& each : {jaeger, chain}) {
    EXPECT_TRUE(std::ranges::equal(each.prefixes(), expected));
  }
}

TEST(PropagatorChainTest, LeavesNullLinksOut) {
  const PropagatorChain chain({nullptr, chain_of("b3").readers()[0], nullptr});
  EXPECT_EQ(chain.readers().size(), 1U);
  EXPECT_TRUE(chain.extract(Fields{{"b3", b3}}).span_context().is_valid());
}

TEST(PropagatorChainTest, SaysTheMostThatWasFound) {
  const PropagatorChain chain = chain_of("tracecontext,baggage,b3");
  const auto found = [&](const Fields& fields) {
    Context context;
    return chain.extract(fields, context);
  };
  EXPECT_EQ(found({}), Extracted::nothing);
  EXPECT_EQ(found({{"traceparent", "bad"}}), Extracted::malformed);
  EXPECT_EQ(found({{"traceparent", "bad"}, {"baggage", "k=v"}}), Extracted::baggage);
  EXPECT_EQ(found({{"b3", "0"}, {"baggage", "k=v"}}), Extracted::decision);
  EXPECT_EQ(found({{"b3", b3}, {"traceparent", "bad"}}), Extracted::span_context);

  const PropagatorChain cloud = chain_of("b3,xray");
  constexpr std::string_view root = "Root=1-5759e988-bd862e3fe1be46a994272793";
  Context context;
  EXPECT_EQ(cloud.extract(Fields{{"b3", "0"}, {"x-amzn-trace-id", root}}, context),
            Extracted::trace_id);
  EXPECT_EQ(cloud.extract(Fields{{"b3", b3}, {"x-amzn-trace-id", root}}, context),
            Extracted::span_context);
}

TEST(PropagatorChainTest, FirstMatchAsksTheOthersTooWhereTheirFieldsAre) {
  const auto later = std::make_shared<CountingPropagator>(Extracted::span_context, false);
  const PropagatorChain chain({chain_of("tracecontext").readers()[0], later},
                              ExtractionPolicy::first_match);
  EXPECT_EQ(chain.extract(Fields{{"traceparent", parent}}).span_context().trace_id.to_string(),
            parent.substr(3, 32));
  EXPECT_EQ(later->asked, 0);
  const Fields fields = {{"traceparent", parent}, {"count", "1"}};
  const Context context = chain.extract(fields);
  EXPECT_EQ(later->asked, 1);
  EXPECT_NE(context.span_context().trace_id, TraceId(9, 9));

  ExtractReport report;
  EXPECT_EQ(chain.extract(fields, &report), context);
  EXPECT_EQ(report.format(), "tracecontext");
  EXPECT_EQ(report.disagreeing_format(), "counting");
}

TEST(PropagatorChainTest, FirstMatchStillTakesTheBaggageOfLaterFormats) {
  const auto later = std::make_shared<CountingPropagator>(Extracted::span_context, true);
  const PropagatorChain chain({chain_of("b3").readers()[0], later}, ExtractionPolicy::first_match);
  const Context context = chain.extract(Fields{{"b3", b3}, {"count", "1"}});
  EXPECT_EQ(context.span_context().trace_id.to_string(), b3.substr(0, 32));
  EXPECT_EQ(context.sampling(), Sampling::debug);
  EXPECT_TRUE(context.span_context().is_remote);
  EXPECT_EQ(context.baggage().get("from"), "counting");
}

TEST(PropagatorChainTest, FirstMatchIsNotDecidedByADecision) {
  const PropagatorChain chain = chain_of("b3,tracecontext", ExtractionPolicy::first_match);
  EXPECT_TRUE(
      chain.extract(Fields{{"b3", "0"}, {"traceparent", parent}}).span_context().is_valid());
}

TEST(PropagatorChainTest, ADecisionThatWasNotTakenIsNotTheFormat) {
  Context context = Context().child();
  const Context before = context;
  ExtractReport report;
  chain_of("b3").extract(Fields{{"b3", "0"}}, context, &report);
  EXPECT_EQ(context, before);
  EXPECT_EQ(report.format(), "");
}

TEST(PropagatorChainTest, ACopySharesThePropagators) {
  const PropagatorChain chain = chain_of("b3");
  const PropagatorChain copy = chain;
  EXPECT_EQ(copy.readers()[0], chain.readers()[0]);
  EXPECT_EQ(copy.policy(), ExtractionPolicy::last_wins);
}

// A request to the next hop must not have fields of the last one.
TEST(PropagatorChainTest, InjectLeavesNothingStaleOfItsFields) {
  const PropagatorChain chain = chain_of("tracecontext,baggage,b3,b3multi");
  Fields carrier;
  for (const std::string_view field : chain.fields()) {
    carrier.add(field, "stale");
    carrier.add(field, "stale too");
  }
  carrier.add("accept", "*/*");
  chain.inject(Context(), carrier);
  EXPECT_EQ(carrier.sorted(), std::vector<Fields::Pair>({{"accept", "*/*"}}));
}

TEST(PropagatorChainTest, InjectOverStaleFieldsIsInjectIntoNone) {
  const PropagatorChain chain = chain_of("tracecontext,baggage,b3,b3multi");
  for (const Sampling sampling :
       {Sampling::defer, Sampling::drop, Sampling::sample, Sampling::debug}) {
    for (const bool has_ids : {false, true}) {
      Context context = has_ids ? Context().child() : Context();
      context.set_sampling(sampling);
      Fields fresh;
      chain.inject(context, fresh);
      Fields used;
      for (const std::string_view field : chain.fields()) used.add(field, "stale");
      chain.inject(context, used);
      EXPECT_EQ(used.sorted(), fresh.sorted());
      const Context back = chain.extract(fresh);
      EXPECT_EQ(back.span_context().trace_id, context.span_context().trace_id);
      EXPECT_EQ(back.sampling(), sampling);
    }
  }
}

/// Reads one field, or every field with one prefix, in any case.
class NamedFieldPropagator final : public Propagator {
 public:
  NamedFieldPropagator(std::string_view name, bool is_prefix)
      : Propagator(traits_),
        name_{name},
        traits_{.name = "named", .specification = "", .fields = {}} {
    (is_prefix ? traits_.prefixes : traits_.fields) = name_;
    traits_.says.ids = true;
  }

  Extracted extract(CarrierReader carrier, Context& context, ExtractReport*) const override {
    bool is_there = false;
    carrier.keys([&](std::string_view key) { return !(is_there = traits().owns(key)); });
    if (!is_there) return Extracted::nothing;
    context.set_span_context({TraceId(9, 9), SpanId(9), TraceFlags(), true, {}});
    return Extracted::span_context;
  }
  void inject(const Context&, CarrierWriter) const override {}

 private:
  std::array<std::string_view, 1> name_;
  FormatTraits traits_;
};

// After a winner, only formats whose fields may be present are asked; none may be missed.
TEST(PropagatorChainTest, AskedBesideAWinnerWhateverTheNameOfTheField) {
  const auto w3c = chain_of("tracecontext").readers()[0];
  const std::string longest(300, 'n');
  const std::vector<std::string_view> names = {"a",        "b3",     "abc",  "x-y", "uber-trace-id",
                                               "9-digits", "_under", longest};
  for (const std::string_view name : names) {
    for (const bool is_prefix : {false, true}) {
      const PropagatorChain chain({w3c, std::make_shared<NamedFieldPropagator>(name, is_prefix)});
      std::string shouted(name);
      for (char& c : shouted) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      for (const std::string& sent :
           {std::string(name), shouted, shouted + "x", shouted + longest}) {
        const Context context =
            chain.extract(Fields{{"traceparent", parent}, {"accept", "*/*"}, {sent, "1"}});
        const bool is_read = is_prefix || sent.size() == name.size();
        EXPECT_EQ(context.span_context().trace_id == TraceId(9, 9), is_read) << sent;
      }
    }
  }
}

/// Has no fields: it reads a variable.
class ElsewherePropagator final : public Propagator {
 public:
  ElsewherePropagator() : Propagator(traits_) {}

  Extracted extract(CarrierReader, Context& context, ExtractReport*) const override {
    context.set_span_context({TraceId(9, 9), SpanId(9), TraceFlags(), true, {}});
    return Extracted::span_context;
  }
  void inject(const Context&, CarrierWriter) const override {}

 private:
  static constexpr FormatTraits traits_{.name = "elsewhere",
                                        .specification = "",
                                        .fields = {},
                                        .says = {.ids = true},
                                        .reads_elsewhere = true};
};

/// The same fields, which can be visited.
struct VisitedFields : Fields {
  using Fields::Fields;

  template <class Visitor>
  void fields(Visitor&& visit) const {
    for (const auto& [name, value] : sent) {
      if (!visit(std::string_view(name), std::string_view(value))) return;
    }
  }
  std::vector<Pair> sent = sorted();
};

// Fields cannot tell whether it finds something.
TEST(PropagatorChainTest, AsksWhoReadsElsewhereBesideAWinnerInEachCarrier) {
  const auto w3c = chain_of("tracecontext").readers()[0];
  const auto b3_reader = chain_of("b3").readers()[0];
  const auto elsewhere = std::make_shared<ElsewherePropagator>();
  for (const PropagatorChain& chain :
       {PropagatorChain({w3c, elsewhere}), PropagatorChain({w3c, elsewhere, b3_reader}),
        PropagatorChain({w3c, b3_reader, elsewhere})}) {
    EXPECT_EQ(chain.extract(Fields{{"traceparent", parent}}).trace_id(), TraceId(9, 9));
    EXPECT_EQ(chain.extract(VisitedFields{{"traceparent", parent}}).trace_id(), TraceId(9, 9));
    EXPECT_EQ(chain.extract(Fields{}).trace_id(), TraceId(9, 9));
    EXPECT_EQ(chain.extract(VisitedFields{}).trace_id(), TraceId(9, 9));
  }
}

/// Reads its own number, from 1, as a trace id from a field of its own.
class NumberedPropagator final : public Propagator {
 public:
  explicit NumberedPropagator(std::size_t number)
      : Propagator(traits_),
        number_(number),
        text_(test::numbered("number-", number)),
        names_{text_},
        traits_{.name = text_, .specification = "", .fields = names_, .says = {.ids = true}} {}

  Extracted extract(CarrierReader carrier, Context& context, ExtractReport*) const override {
    if (!carrier.get(text_)) return Extracted::nothing;
    context.set_span_context({TraceId(9, number_), SpanId(9), TraceFlags(), true, {}});
    return Extracted::span_context;
  }
  void inject(const Context&, CarrierWriter) const override {}

 private:
  std::size_t number_;
  std::string text_;
  std::array<std::string_view, 1> names_;
  FormatTraits traits_;
};

PropagatorChain chain_of_numbers(std::size_t count, ExtractionPolicy policy) {
  std::vector<PropagatorChain::Entry> entries;
  for (std::size_t i = 1; i <= count; ++i)
    entries.push_back(std::make_shared<NumberedPropagator>(i));
  return PropagatorChain(entries, policy);
}

// More than the chain can keep.
TEST(PropagatorChainTest, DecidesBetweenAnyNumberOfSpanContexts) {
  Fields fields;
  for (std::size_t count = 1; count <= 20; ++count) {
    fields.add(test::numbered("number-", count), "1");
    for (const auto& [policy, winner] : {std::pair{ExtractionPolicy::first_match, std::size_t{1}},
                                         std::pair{ExtractionPolicy::last_wins, count}}) {
      const PropagatorChain chain = chain_of_numbers(20, policy);
      ExtractReport report;
      const Context context = chain.extract(fields, &report);
      EXPECT_EQ(context.span_context().trace_id, TraceId(9, winner)) << count;
      EXPECT_EQ(report.format(), test::numbered("number-", winner));
      EXPECT_EQ(report.disagreeing_format().empty(), count == 1);
    }
  }
}

// More than a set of steps has bits.
TEST(PropagatorChainTest, AsksAnyNumberOfReadersBesideAWinner) {
  const PropagatorChain chain = chain_of_numbers(70, ExtractionPolicy::last_wins);
  for (std::size_t i = 2; i <= 70; ++i) {
    const Fields fields = {{"number-1", "1"}, {test::numbered("number-", i), "1"}};
    EXPECT_EQ(chain.extract(fields).span_context().trace_id, TraceId(9, i));
  }
}

ConfiguredChain migration(std::string_view read, std::string_view written) {
  return make_chain(ChainConfiguration{read, written, ExtractionPolicy::first_match, {}});
}

TEST(PropagatorChainTest, ReadsSomeAndWritesOthers) {
  const PropagatorChain chain = migration("tracecontext,b3", "tracecontext,baggage").chain;
  Fields fields = {{"b3", b3}, {"x-b3-sampled", "1"}, {"accept", "*/*"}};
  const Context context = chain.extract(fields);
  EXPECT_EQ(context.span_context().trace_id.to_string(), b3.substr(0, 32));
  chain.inject(context, fields);
  EXPECT_TRUE(fields.get("traceparent"));
  EXPECT_FALSE(fields.get("b3")) << "what is only read would go on stale";
  EXPECT_FALSE(fields.get("x-b3-sampled"));
  EXPECT_EQ(fields.get("accept"), "*/*");
}

// The next hop reads both encodings, and of two the other one wins.
TEST(PropagatorChainTest, TheOtherEncodingOfAFormatThatIsOnlyWrittenGoesStale) {
  for (const std::string_view written : {"b3", "b3multi"}) {
    const PropagatorChain chain = migration("tracecontext", written).chain;
    Fields fields = {{"b3", "0"}, {"x-b3-sampled", "0"}, {"accept", "*/*"}};
    Context context = Context().child();
    context.set_sampling(Sampling::debug);
    chain.inject(context, fields);
    const Context received = chain_of("b3").extract(fields);
    EXPECT_EQ(received.span_context().span_id, context.span_context().span_id) << written;
    EXPECT_EQ(received.sampling(), Sampling::debug) << written;
    EXPECT_EQ(fields.get("accept"), "*/*");
  }
}

TEST(PropagatorChainTest, AnEncodingThatIsReadButNotWrittenGoesStale) {
  const PropagatorChain chain = chain_of("b3");
  Fields fields = {{"x-b3-traceid", b3.substr(0, 32)}, {"x-b3-spanid", b3.substr(33, 16)}};
  chain.inject(chain.extract(fields).child(), fields);
  EXPECT_TRUE(fields.get("b3"));
  EXPECT_FALSE(fields.get("x-b3-traceid"));
  EXPECT_FALSE(fields.get("x-b3-spanid"));
}

TEST(PropagatorChainTest, OwnsTheFieldsOfItsFormatsInAnyCase) {
  const PropagatorChain chain = migration("b3", "tracecontext").chain;
  for (const char* name : {"b3", "B3", "X-B3-TraceId", "x-b3-flags", "TraceParent", "tracestate"}) {
    EXPECT_TRUE(chain.owns(name)) << name;
  }
  for (const char* name : {"", "b", "b33", "baggage", "x-b3-", "traceparent ", "uber-trace-id"}) {
    EXPECT_FALSE(chain.owns(name)) << name;
  }
}

TEST(PropagatorChainTest, OwnsByPrefixWhatBeginsWithOne) {
  const PropagatorChain chain = chain_of("jaeger,b3,baggage");
  for (const char* name : {"uberctx-user", "UberCtx-User", "uberctx-"}) {
    EXPECT_TRUE(chain.owns_by_prefix(name)) << name;
    EXPECT_FALSE(PropagatorChain().owns_by_prefix(name)) << name;
  }
  for (const char* name : {"", "uberctx", "uber-trace-id", "b3", "baggage", "ot-baggage-user"}) {
    EXPECT_FALSE(chain.owns_by_prefix(name)) << name;
  }
}

}  // namespace
}  // namespace baton
