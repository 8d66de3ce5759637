// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <iostream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "configuration.hpp"

#include <gtest/gtest.h>

TEST(Configuration, ReadsTwoFormatsAndWritesOne) {
  configure();
  const baton::PropagatorChain& chain = baton::global_chain();
  EXPECT_EQ(chain.readers().size(), 3U);
  EXPECT_EQ(chain.writers().size(), 2U);
  EXPECT_EQ(chain.policy(), baton::ExtractionPolicy::first_match);
}

TEST(Configuration, ShowsItsCounts) {
  EXPECT_NE(metrics().find("\nbaton_extractions_total 0\n"), std::string::npos);
}

using Headers = std::map<std::string, std::string>;

const Headers full = {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
                      {"tracestate", "a=1"},
                      {"baggage", "tenant=1,region.eu=2,user=3"}};

TEST(Configuration, TheRulesOfTheEnvironmentAreThoseOfTheCode) {
  ::setenv("BATON_DESTINATIONS",
           "*.internal: all; api.partner.example: context baggage=tenant,region.*; *: none", 1);
  ::setenv("BATON_CALLERS", "keep_ids baggage=tenant", 1);
  const baton::ConfiguredChain configured = baton::make_chain_from_environment();
  EXPECT_EQ(configured.error, "");
  const baton::PropagatorChain plain = baton::make_chain("tracecontext,baggage").chain;
  const baton::Context context = baton::http::extract(full, {.chain = plain});
  for (const baton::PropagatorChain& chain : {configured.chain, guarded(plain)}) {
    const auto leaves = [&](std::string_view destination) {
      Headers headers;
      baton::http::inject(headers, context, {.chain = chain, .destination = destination});
      return headers;
    };
    EXPECT_EQ(leaves("db.internal"), full);
    EXPECT_EQ(leaves("internal"), Headers());
    EXPECT_EQ(leaves("api.partner.example"), (Headers{{"traceparent", full.at("traceparent")},
                                                      {"baggage", "tenant=1,region.eu=2"}}));
    const baton::Context taken = baton::http::extract(full, {.chain = chain});
    EXPECT_EQ(taken.sampling(), baton::Sampling::defer);
    EXPECT_EQ(taken.trace_id(), context.trace_id());
    EXPECT_EQ(taken.baggage().header(), "tenant=1");
  }
}

TEST(Configuration, TheCodeThatSendsNamesTheDestination) {
  baton::set_global_chain(guarded(baton::make_chain("tracecontext,baggage").chain));
  const baton::Context context = baton::Context().child();
  const baton::Scope scope(context);
  Headers headers;
  send_to_partner(headers);
  EXPECT_EQ(headers.size(), 1U);
}

TEST(Configuration, ARestartLeavesALink) {
  baton::set_global_chain(
      baton::make_chain("tracecontext").chain.with_trust({.callers = baton::CallerTrust::restart}));
  std::vector<baton::SpanContext> links;
  accept(full, links);
  ASSERT_EQ(links.size(), 1U);
  EXPECT_EQ(links[0].trace_id.to_string(), "0af7651916cd43dd8448eb211c80319c");
}
