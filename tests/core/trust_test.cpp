// SPDX-License-Identifier: Apache-2.0
#include "baton/trust.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/chain.hpp"
#include "baton/configuration.hpp"
#include "baton/w3c.hpp"
#include "core/trust.hpp"
#include "support/context_of.hpp"
#include "support/everything.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

TEST(TrustTest, WhoeverIsNotTrustedFullyBringsNoBaggageUnlessItIsNamed) {
  const PropagatorChain chain = make_chain("tracecontext,baggage").chain;
  const std::map<std::string, std::string> fields{{"baggage", "tenant=1"}};
  for (const auto& [trust, accepts] :
       {std::pair(CallerTrust::full, true), std::pair(CallerTrust::keep_ids, false),
        std::pair(CallerTrust::restart, false)}) {
    ExtractReport report;
    const Context context =
        chain.with_trust({.callers = trust}).extract(MapCarrier(fields), &report);
    EXPECT_EQ(context.baggage().empty(), !accepts);
    EXPECT_TRUE(report.issues().empty());
  }
}

using test::context_of;
using test::everything;
using test::Fields;

constexpr std::string_view parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr std::string_view other = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

PropagatorChain w3c() { return make_chain("tracecontext,baggage").chain; }

PropagatorChain callers(CallerTrust trust, std::vector<std::string> baggage = {"*"},
                        const PropagatorChain& chain = w3c()) {
  return chain.with_trust({.callers = trust, .callers_baggage = std::move(baggage)});
}

std::vector<Fields::Pair> injected(const PropagatorChain& chain, const Context& context,
                                   std::string_view destination, Fields fields = {}) {
  chain.inject(context, fields, destination);
  return fields.sorted();
}

Context full_context() {
  Context context = context_of(parent, "tenant=1;p=2,user=3,region.eu=4");
  context.set_trace_state(TraceState::parse("dd=s:2;o:rum,a=1").value());
  return context;
}

TEST(TrustRulesTest, ADefaultOneChangesNothing) {
  const PropagatorChain plain = w3c();
  const PropagatorChain chain = plain.with_trust({});
  EXPECT_EQ(chain.readers().data(), plain.readers().data());
  EXPECT_FALSE(chain.restricts(""));
  EXPECT_FALSE(chain.restricts("x"));
  EXPECT_FALSE(chain.has_trust_rules());
  EXPECT_EQ(injected(chain, full_context(), "x"), injected(w3c(), full_context(), ""));
}

TEST(TrustRulesTest, BelongToTheChainThatIsMadeWithThem) {
  const PropagatorChain plain = w3c();
  const PropagatorChain strict = plain.with_trust({.destinations = {{"*"}}});
  EXPECT_FALSE(plain.restricts("x"));
  EXPECT_TRUE(strict.restricts("x"));
  EXPECT_FALSE(plain.has_trust_rules());
  EXPECT_TRUE(strict.has_trust_rules());
  EXPECT_FALSE(baton::PropagatorChain().with_trust({.destinations = {{"*"}}}).has_trust_rules());
  EXPECT_FALSE(strict.with_trust({}).restricts("x"));
  EXPECT_EQ(strict.policy(), plain.policy());
  EXPECT_EQ(strict.readers().size(), plain.readers().size());
  EXPECT_FALSE(PropagatorChain().with_trust({.destinations = {{"*"}}}).restricts("x"));
}

TEST(TrustRulesTest, WhatIsDeniedIsErased) {
  const PropagatorChain chain =
      w3c().with_trust({.destinations = {{"*", false, false, {"tenant"}}}});
  EXPECT_EQ(injected(chain, full_context(), "x",
                     {{"traceparent", other}, {"tracestate", "old=1"}, {"baggage", "secret=1"}}),
            (std::vector<Fields::Pair>{{"baggage", "tenant=1;p=2"}}));
  EXPECT_TRUE(injected(w3c().with_trust({.destinations = {{"*"}}}), full_context(), "x",
                       {{"Traceparent", other}, {"tracestate", "old=1"}, {"baggage", "secret=1"}})
                  .empty());
}

TEST(TrustRulesTest, ARuleThatAllowsAllDeniesNothing) {
  const PropagatorChain chain = w3c().with_trust({.destinations = {{"a", true, true, {"x", "*"}},
                                                                   {"context", true, false, {"*"}},
                                                                   {"state", false, true, {"*"}},
                                                                   {"*", true, true, {"x*"}}}});
  EXPECT_FALSE(chain.restricts("a"));
  EXPECT_TRUE(chain.restricts("context"));
  EXPECT_TRUE(chain.restricts("state"));
  EXPECT_TRUE(chain.restricts("b"));
}

TEST(TrustRulesTest, MembersOfBaggageKeepTheirBytes) {
  const PropagatorChain chain =
      w3c().with_trust({.destinations = {{"*", false, false, {"a", "c"}}}});
  Context context;
  context.set_baggage(Baggage::parse("a = %41 ; p , b=1,c=2,A=3,a=4,ab=5"));
  EXPECT_EQ(injected(chain, context, ""),
            (std::vector<Fields::Pair>{{"baggage", "a = %41 ; p,c=2,a=4"}}));
}

TEST(TrustRulesTest, NoFormatMakesATracestateThatIsDenied) {
  PropagatorOptions options;
  options.sampling_in_tracestate = true;
  ChainConfiguration configuration{
      "tracecontext,datadog", "tracecontext,datadog", {}, options, {.destinations = {{"*", true}}}};
  Context context = full_context();
  context.set_sampling(Sampling::debug);
  for (const auto& [name, value] :
       injected(make_chain(configuration).chain, context, "x", {{"tracestate", "old=1"}})) {
    EXPECT_NE(name, "tracestate");
    EXPECT_NE(name, "x-datadog-origin");
    EXPECT_EQ(value.find("rum"), std::string::npos) << name;
  }
  configuration.trust.destinations[0].trace_state = true;
  Fields fields;
  make_chain(configuration).chain.inject(context, fields, "x");
  EXPECT_NE(fields.get("tracestate").value_or("").find("baton=debug"), std::string_view::npos);
  EXPECT_EQ(fields.get("x-datadog-origin"), "rum");
}

TEST(TrustRulesTest, ADecisionDoesNotLeaveWithoutTheContext) {
  const PropagatorChain chain =
      everything().with_trust({.destinations = {{"*", false, true, {"*"}}}});
  for (const Sampling sampling : {Sampling::drop, Sampling::sample, Sampling::debug}) {
    Context context;
    context.set_sampling(sampling);
    EXPECT_TRUE(injected(chain, context, "x").empty()) << to_string(sampling);
    context.set_trace_id(TraceId(1, 2), sampling);
    EXPECT_TRUE(injected(chain, context, "x").empty()) << to_string(sampling);
  }
}

TEST(TrustRulesTest, FieldsNamedByDeniedKeysAreErased) {
  const PropagatorChain chain =
      make_chain("tracecontext,jaeger,ottrace")
          .chain.with_trust({.destinations = {{"*", true, true, {"user"}}}});
  const Context context = context_of(parent, "User=1,SECRET=2,user=3");
  Fields fields = {{"uberctx-secret", "2"}, {"UberCtx-Secret", "2"}, {"ot-baggage-secret", "2"}};
  chain.inject(context, fields, "x");
  EXPECT_FALSE(fields.get("uberctx-secret"));
  EXPECT_FALSE(fields.get("ot-baggage-secret"));
  EXPECT_EQ(fields.get("uberctx-user"), "3");
  EXPECT_EQ(fields.get("ot-baggage-user"), "3");
}

TEST(TrustRulesTest, FieldsNamedByDeniedKeysAreErasedWhetherReadOrWritten) {
  for (const auto& [read, written] :
       {std::pair("jaeger", "tracecontext"), std::pair("tracecontext", "jaeger")}) {
    ChainConfiguration wanted{read, written, ExtractionPolicy::last_wins, {}};
    wanted.trust.destinations = {{"*", true, true, {"user"}}};
    Fields fields = {{"uberctx-secret", "2"}, {"uberctx-user", "3"}};
    make_chain(wanted).chain.inject(context_of(parent, "secret=2,user=3"), fields, "x");
    EXPECT_FALSE(fields.get("uberctx-secret")) << read;
    EXPECT_EQ(fields.get("uberctx-user"), "3") << read;
  }
}

TEST(TrustRulesTest, WhatIsWrongInThemDenies) {
  const auto leaves = [](const std::vector<DestinationRule>& rules, std::string_view destination) {
    return !injected(w3c().with_trust({.destinations = rules}), full_context(), destination)
                .empty();
  };
  const DestinationRule all{"all", true, true, {"*"}};
  for (const char* pattern : {"", "**", "*.", ".*", "*..", "..*", "a*b", "*a", "a*", "*.a.*", "a b",
                              "a;b", "a\n", "\xc3\xa9"}) {
    DestinationRule bad = all;
    bad.destination = pattern;
    EXPECT_TRUE(leaves({all, bad}, "all")) << pattern;
    EXPECT_FALSE(leaves({bad, all}, "all")) << pattern;
    EXPECT_FALSE(leaves({bad, all}, "b")) << pattern;
  }
  const DestinationRule none{"none"};
  std::vector<DestinationRule> rules(TrustRules::max_rules, none);
  EXPECT_TRUE(leaves(rules, "all"));
  rules.push_back(all);
  EXPECT_FALSE(leaves(rules, "all"));

  std::vector<std::string> keys(TrustRules::max_keys, "k");
  keys.back() = "user";
  EXPECT_TRUE(leaves({{"*", false, false, keys}}, ""));
  keys.insert(keys.begin(), "k");
  EXPECT_FALSE(leaves({{"*", false, false, keys}}, ""));
  EXPECT_FALSE(leaves({{"*", false, false, {"", "us er", "u,user"}}}, ""));
}

TEST(TrustRulesTest, ALastDotSaysNothingAndAStarStandsForSomething) {
  struct Row {
    const char* pattern;
    const char* destination;
    bool matches;
  };
  for (const Row& row : {Row{"host.", "host", true}, Row{"host.", "HOST.", true},
                         Row{"host", "host.", true}, Row{"host.", "host..", false},
                         Row{"*.shop.", "a.shop", true}, Row{"*.shop", ".shop", false},
                         Row{"shop.*", "shop.a", true}, Row{"shop.*", "shop..", false}}) {
    const PropagatorChain chain = w3c().with_trust({.destinations = {{row.pattern}}});
    EXPECT_EQ(chain.restricts(row.destination), row.matches) << row.pattern << row.destination;
  }
}

TEST(TrustRulesTest, AKeyIsNotLongerThanAPattern) {
  for (const std::size_t size : {TrustRules::max_pattern_size, TrustRules::max_pattern_size + 1}) {
    const std::string key(size, 'k');
    const PropagatorChain chain = w3c().with_trust({.destinations = {{"*", false, false, {key}}}});
    const std::string baggage = key + "=1";
    EXPECT_EQ(injected(chain, context_of(parent, baggage), "x").empty(),
              size > TrustRules::max_pattern_size);
    const Fields fields = {{"baggage", baggage}};
    EXPECT_EQ(callers(CallerTrust::restart, {key}).receive(fields).context.baggage().empty(),
              size > TrustRules::max_pattern_size);
  }
}

TEST(TrustRulesTest, BaggageOfWhichAllIsAllowedIsNotCopied) {
  const Context context = full_context();
  const Context allowed =
      detail::restrict(context, {"*", false, false, {"tenant", "user", "region.*"}});
  EXPECT_EQ(allowed.baggage().header().data(), context.baggage().header().data());
}

TEST(CallerTrustTest, IsFullWhereOnlyDestinationsHaveRules) {
  const PropagatorChain chain = w3c().with_trust({.destinations = {{"*"}}});
  const Fields fields = {{"traceparent", parent}, {"baggage", "k=v"}};
  EXPECT_EQ(chain.receive(fields).context.baggage().header(), "k=v");
}

/// Notes the context that it reads into.
class ContextPropagator final : public Propagator {
 public:
  ContextPropagator() : Propagator(traits_) {}

  Extracted extract(CarrierReader, Context& context, ExtractReport*) const override {
    seen = &context;
    return Extracted::nothing;
  }
  void inject(const Context&, CarrierWriter) const override {}

  mutable const Context* seen = nullptr;

 private:
  static constexpr FormatTraits traits_{
      .name = "context", .specification = "", .fields = {}, .reads_elsewhere = true};
};

TEST(CallerTrustTest, OfAllNeedsNoCopyOfTheContext) {
  const auto propagator = std::make_shared<ContextPropagator>();
  const PropagatorChain chain({propagator});
  const std::vector<std::string> keys = {"k", "*"};
  const auto is_copied = [&](const TrustRules& rules) {
    Context context;
    chain.with_trust(rules).extract(Fields(), context);
    return propagator->seen != &context;
  };
  EXPECT_FALSE(is_copied({.destinations = {{"*"}}}));
  EXPECT_FALSE(is_copied({.destinations = {{"*"}}, .callers_baggage = keys}));
  EXPECT_TRUE(is_copied({.callers_baggage = {{"k"}}}));
  EXPECT_TRUE(is_copied({.callers = CallerTrust::keep_ids, .callers_baggage = keys}));
}

TEST(CallerTrustTest, FullTakesAll) {
  const Fields fields = {{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "k=v"}};
  const Received received = callers(CallerTrust::full, {"k"}).receive(fields);
  EXPECT_EQ(received.context, w3c().extract(fields));
  EXPECT_FALSE(received.link.is_valid());
  EXPECT_EQ(w3c().receive(fields).context, received.context);
}

TEST(CallerTrustTest, RestartLeavesALinkAndNoDecision) {
  const PropagatorChain chain = callers(CallerTrust::restart, {"k"}, everything());
  for (const Fields& fields :
       {Fields{{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "k=v,x=y"}},
        Fields{{"uber-trace-id", "1:2:0:3"}, {"uberctx-k", "v"}, {"uberctx-x", "y"}},
        Fields{{"b3", "d"}, {"baggage", "k=v"}},
        Fields{{"jaeger-debug-id", "1"}, {"baggage", "k=v"}},
        Fields{{"x-amzn-trace-id", "Root=1-5759e988-bd862e3fe1be46a994272793"},
               {"baggage", "k=v"}}}) {
    const Received received = chain.receive(fields);
    Context expected;
    expected.set_baggage(Baggage::parse("k=v"));
    EXPECT_EQ(received.context, expected);
    EXPECT_EQ(received.link, everything().extract(fields).span_context().is_valid()
                                 ? everything().extract(fields).span_context()
                                 : SpanContext());
    EXPECT_EQ(chain.extract(fields), expected);
  }
  Context context;
  EXPECT_EQ(chain.extract(Fields{{"traceparent", parent}}, context), Extracted::span_context);
}

TEST(CallerTrustTest, KeepIdsDropsTheDecision) {
  const PropagatorChain chain = callers(CallerTrust::keep_ids, {}, everything());
  const Received received = chain.receive(
      Fields{{"traceparent", parent}, {"tracestate", "a=1,b=2"}, {"b3", "d"}, {"baggage", "k=v"}});
  const SpanContext& ids = received.context.span_context();
  EXPECT_EQ(ids.trace_id, context_of(parent).trace_id());
  EXPECT_EQ(ids.span_id, context_of(parent).span_context().span_id);
  EXPECT_FALSE(ids.flags.sampled());
  EXPECT_TRUE(ids.is_remote);
  EXPECT_EQ(ids.trace_state.header(), "a=1,b=2");
  EXPECT_EQ(received.context.sampling(), Sampling::defer);
  EXPECT_TRUE(received.context.baggage().empty());
  EXPECT_FALSE(received.link.is_valid());

  const Received debug =
      chain.receive(Fields{{"b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-d"}});
  EXPECT_TRUE(debug.context.span_context().is_valid());
  EXPECT_EQ(debug.context.sampling(), Sampling::defer);
  EXPECT_EQ(chain.extract(Fields{{"b3", "d"}}), Context());
  EXPECT_EQ(chain.extract(Fields{{"jaeger-debug-id", "1"}}), Context());
}

TEST(CallerTrustTest, KeepIdsDropsDecisionsInTracestate) {
  const PropagatorChain chain = callers(CallerTrust::keep_ids);
  for (const auto& [received, kept] : std::vector<std::pair<std::string, std::string>>{
           {"baton=debug,a=1", "a=1"},
           {"ot=th:8", ""},
           {"a=1,ot=rv:1234;th:8;x:y", "ot=rv:1234;x:y,a=1"},
           {"dd=s:2", ""},
           {"dd=s:2;o:rum;t.dm:-4;t.usr:1;s:1", "dd=o:rum;t.usr:1"},
           {"dd=o :rum;ss:1", "dd=o :rum;ss:1"},
           {"ot=th", "ot=th"},
           {"dd=t.usr:1 ;s:2", "dd=t.usr:1"},
           {"a=1,dd=o:rum;", "a=1,dd=o:rum;"},
           {"a=1,dd=;o:rum;;t.usr:1", "a=1,dd=;o:rum;;t.usr:1"},
           {"a=1,dd=;s:2;;o:rum", "dd=;;o:rum,a=1"},
           {"dd=;s:2", ""},
           {"ot=a ;th:1", "ot=a ;"},
           {"th=8,s=2", "th=8,s=2"},
       }) {
    const Context context =
        chain.extract(Fields{{"traceparent", parent}, {"tracestate", received}});
    EXPECT_EQ(context.span_context().trace_state.header(), kept) << received;
  }
}

TEST(CallerTrustTest, TheLimitsOfAFormatAreThoseOfAllBaggageTogether) {
  std::string many;
  for (std::size_t i = 0; i < 300; ++i) many += test::numbered(",k", i) + "=v";
  struct Row {
    BaggageLimits limits;
    std::string received;
    std::string baggage;
    std::vector<ExtractReport::Issue> issues;
  };
  const ParseError too_many(ErrorCode::too_many_members, 0);
  for (const Row& row : {Row{{1000, 100'000}, many.substr(1), "own=1" + many, {}},
                         Row{{2, 8192}, "a=1,b=2", "own=1,a=1", {{"baggage", too_many}}},
                         Row{{1, 8192}, "own=2", "own=1", {}}}) {
    const PropagatorChain plain({std::make_shared<BaggagePropagator>(row.limits)});
    for (const PropagatorChain& chain : {plain, callers(CallerTrust::keep_ids, {"*"}, plain)}) {
      Context context;
      context.set_baggage(Baggage::parse("own=1"));
      ExtractReport report;
      chain.extract(Fields{{"baggage", row.received}}, context, &report);
      EXPECT_EQ(context.baggage().header(), row.baggage);
      EXPECT_TRUE(std::ranges::equal(report.issues(), row.issues)) << row.received;
    }
  }
}

TEST(CallerTrustTest, WhatTheContextHadBeforeRemains) {
  Context before = context_of(other, "own=1,k=2");
  before.set_sampling(Sampling::debug);
  for (const CallerTrust trust : {CallerTrust::keep_ids, CallerTrust::restart}) {
    Context context = before;
    callers(trust).extract(Fields{{"nothing", "here"}}, context);
    EXPECT_EQ(context, before);
    EXPECT_EQ(context.baggage().header().data(), before.baggage().header().data());
    callers(trust, {"k*"}).extract(Fields{{"baggage", "k=3,k2=4,own=5,x=6"}}, context);
    EXPECT_EQ(context.span_context(), before.span_context());
    EXPECT_EQ(context.sampling(), Sampling::debug);
    EXPECT_EQ(context.baggage().header(), "own=1,k=2,k2=4");
  }
  Context context = before;
  callers(CallerTrust::restart).extract(Fields{{"traceparent", parent}}, context);
  EXPECT_EQ(context, before);
  callers(CallerTrust::keep_ids).extract(Fields{{"traceparent", parent}}, context);
  EXPECT_EQ(context.trace_id(), context_of(parent).trace_id());
  EXPECT_EQ(context.sampling(), Sampling::defer);
  context = before;
  callers(CallerTrust::restart, {}, everything()).extract(Fields{{"b3", "0"}}, context);
  EXPECT_EQ(context, before);
}

}  // namespace
}  // namespace baton
