// SPDX-License-Identifier: Apache-2.0
// Rules whose destination is a topic, whatever the way to it.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "span_support.hpp"
#include "support/spelling.hpp"

namespace {

using namespace kafka_test;
using baton::CallerTrust;
using baton::Context;
using baton::PropagatorChain;
using baton::Scope;
using baton::kafka::Existing;

PropagatorChain chain_for(std::string topic, CallerTrust callers = CallerTrust::full) {
  return baton::make_chain("tracecontext,baggage,jaeger")
      .chain.with_trust(
          {.destinations = {{std::move(topic), false, false, {"b"}}}, .callers = callers});
}

const Headers only_b = {{"baggage", "b=2"}, {"uberctx-b", "2"}};

class TrustTest : public SendingTest {
 protected:
  Client instrumented(PropagatorChain chain, Existing existing = Existing::keep) const {
    rd_kafka_conf_t* const conf = cluster_.producer_conf();
    baton::kafka::InstrumentOptions options;
    options.existing = existing;
    options.chain = std::move(chain);
    EXPECT_EQ(baton::kafka::instrument(*conf, std::move(options)), RD_KAFKA_RESP_ERR_NO_ERROR);
    return make_client(RD_KAFKA_PRODUCER, conf);
  }
};

TEST_F(TrustTest, WhatIsDeniedToTheTopicIsNotAdded) {
  const Context context = context_of(parent, "a=1,b=2");
  const Scope scope(context);
  EXPECT_EQ(sent(*instrumented(chain_for("ORDERS"))), only_b);
  EXPECT_EQ(sent(*instrumented(chain_for("bills"))).size(), 5U);
}

TEST_F(TrustTest, WhatIsDeniedIsRemovedFromAMessageThatKeepsItsContext) {
  const Headers theirs = {{"x", "1"},
                          {"TraceParent", other_parent},
                          {"tracestate", "v=1"},
                          {"baggage", "a=1,b=2"},
                          {"uberctx-c", "3"}};
  for (const CallerTrust callers : {CallerTrust::full, CallerTrust::restart}) {
    const Client producer = instrumented(chain_for("orders", callers));
    const Headers expected = {{"x", "1"}, {"baggage", "b=2"}, {"uberctx-b", "2"}};
    EXPECT_EQ(sent(*producer, make_headers(theirs)), expected) << "no context is current";
    const Context context = context_of(parent, "b=3");
    const Scope scope(context);
    EXPECT_EQ(sent(*producer, make_headers(theirs)), expected) << "the message keeps its own";
    EXPECT_EQ(sent(*instrumented(chain_for("bills", callers)), make_headers(theirs)), theirs);
  }
}

TEST_F(TrustTest, AMessageKeepsItsContextIfThatMayLeave) {
  const PropagatorChain chain =
      baton::make_chain("tracecontext,baggage")
          .chain.with_trust(
              {.destinations = {{"orders", true, false, {"b"}}}, .callers = CallerTrust::restart});
  for (const Existing existing : {Existing::keep, Existing::replace}) {
    EXPECT_EQ(sent(*instrumented(chain, existing),
                   make_headers({{"traceparent", other_parent}, {"baggage", "a=1,b=2"}})),
              (Headers{{"traceparent", other_parent}, {"baggage", "b=2"}}))
        << "no context is current";
  }
  const Context context = context_of(parent, "b=3");
  const Scope scope(context);
  EXPECT_EQ(sent(*instrumented(chain), make_headers({{"traceparent", other_parent},
                                                     {"tracestate", "v=1"},
                                                     {"baggage", "a=1,b=2"}})),
            (Headers{{"traceparent", other_parent}, {"baggage", "b=2"}}));
  EXPECT_EQ(sent(*instrumented(chain, Existing::replace),
                 make_headers({{"traceparent", other_parent}, {"baggage", "a=1,b=2"}})),
            (Headers{{"traceparent", parent}, {"baggage", "b=3"}}));
}

TEST_F(TrustTest, AMessageKeepsNoFieldsThatGiveNoContext) {
  const PropagatorChain chain = baton::make_chain({"b3", "tracecontext", {}, {}, {}}).chain;
  const Context context = context_of(parent);
  const Scope scope(context);
  EXPECT_EQ(sent(*instrumented(chain), make_headers({{"tracestate", "a=1"}})),
            (Headers{{"traceparent", parent}}));
}

TEST_F(TrustTest, AChainThatWritesNothingReplacesNothing) {
  const PropagatorChain chain = baton::make_chain({"tracecontext", "none", {}, {}, {}}).chain;
  const Context context = context_of(parent);
  const Scope scope(context);
  const Headers theirs = {{"traceparent", other_parent}};
  for (const Existing existing : {Existing::keep, Existing::replace}) {
    EXPECT_EQ(sent(*instrumented(chain, existing), make_headers(theirs)), theirs);
  }
}

/// What several formats of a message say together remains, except for what the rule denies.
TEST_F(TrustTest, AMessageInSeveralFormatsLosesOnlyWhatIsDenied) {
  using enum baton::ExtractionPolicy;
  const std::string ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
  const std::string colons = "0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1";
  struct Case {
    std::string third;
    Headers theirs;
    Headers allowed;
  };
  const Headers half_an_id = {{"ot-tracer-traceid", "8448eb211c80319c"},
                              {"ot-tracer-spanid", "b7ad6b7169203331"},
                              {"ot-tracer-sampled", "true"}};
  const std::vector<Case> cases = {
      {"ottrace", half_an_id, half_an_id},
      {"b3", {{"b3", ids}}, {{"b3", ids + "-1"}}},
      {"b3", {{"b3", ids + "-1"}}, {{"b3", ids + "-1"}}},
      {"jaeger", {{"uber-trace-id", colons}}, {{"uber-trace-id", colons}}},
  };
  for (const auto& [third, more, more_allowed] : cases) {
    SCOPED_TRACE(::testing::PrintToString(more));
    Headers theirs = {
        {"traceparent", "00-" + ids + "-03"}, {"tracestate", "v=1"}, {"baggage", "a=1,b=2"}};
    Headers allowed = theirs;
    allowed.back().second = "b=2";
    theirs.insert(theirs.end(), more.begin(), more.end());
    allowed.insert(allowed.end(), more_allowed.begin(), more_allowed.end());
    if (third == "ottrace") allowed.emplace_back("ot-baggage-b", "2");
    if (third == "jaeger") allowed.emplace_back("uberctx-b", "2");
    const std::string all = "tracecontext,baggage," + third;
    for (const PropagatorChain& formats :
         {baton::make_chain(all, last_wins).chain, baton::make_chain(all, first_match).chain,
          baton::make_chain({third, all, last_wins, {}, {}}).chain}) {
      const Client producer = instrumented(formats.with_trust(
          {.destinations = {{"orders", true, true, {"b"}}}, .callers = CallerTrust::restart}));
      const std::uint64_t extractions = baton::extraction_counts().extractions;
      EXPECT_EQ(sent(*producer, make_headers(theirs)), allowed);
      EXPECT_EQ(baton::extraction_counts().extractions, extractions) << "nothing was received";
      static_cast<void>(formats.extract(baton::kafka::ConstHeadersCarrier(nullptr)));
      EXPECT_EQ(baton::extraction_counts().extractions, extractions + 1);
    }
  }
}

TEST_F(TrustTest, WhatIsDeniedIsRemovedThoughNothingIsWritten) {
  const PropagatorChain readers = baton::make_chain({"tracecontext", "none", {}, {}, {}}).chain;
  const Headers theirs = {{"x", "1"}, {"traceparent", other_parent}};
  EXPECT_EQ(sent(*instrumented(readers), make_headers(theirs)), theirs);
  const PropagatorChain rules =
      readers.with_trust({.destinations = {{"orders", false, false, {}}}});
  EXPECT_EQ(sent(*instrumented(rules), make_headers(theirs)), (Headers{{"x", "1"}}));
}

TEST_F(TrustTest, AFormatThatIsReadWinsOverOneThatIsOnlyWritten) {
  const Headers theirs = {{"traceparent", parent}, {"b3", other_parent.substr(3, 49) + "-1"}};
  const std::string expected = other_parent.substr(0, 53) + "01";
  for (const auto policy :
       {baton::ExtractionPolicy::last_wins, baton::ExtractionPolicy::first_match}) {
    const PropagatorChain chain =
        baton::make_chain({"b3", "tracecontext", policy, {}, {}})
            .chain.with_trust({.destinations = {{"orders", true, false, {"b"}}}});
    EXPECT_EQ(sent(*instrumented(chain), make_headers(theirs)),
              (Headers{{"traceparent", expected}}));
  }
}

/// A format of AWS Lambda, whose variable says nothing about a message.
TEST_F(TrustTest, AMessageGetsNothingFromTheEnvironment) {
  const PropagatorChain rules =
      baton::make_chain("tracecontext,baggage,xray-lambda")
          .chain.with_trust({.destinations = {{"orders", true, true, {"b"}}}});
  const Client producer = instrumented(rules);
  const Client plain = make_client(RD_KAFKA_PRODUCER, cluster_.producer_conf());
  reader_.emplace(cluster_);
  const Header root = {
      "x-amzn-trace-id",
      "Root=1-11111111-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"};
  const Header also_root = {"traceparent",
                            "00-11111111bd862e3fe1be46a994272793-53995c3f42cd8ad8-01"};
  const Header baggage = {"baggage", "a=1,b=2"};
  const Header allowed = {"baggage", "b=2"};
  const std::vector<std::pair<Headers, Headers>> cases = {
      {{baggage}, {allowed}},
      {{root, baggage}, {also_root, allowed, root}},
      {{also_root, root, baggage}, {also_root, allowed, root}},
  };
  const auto forwarded = [&](const Headers& theirs) {
    EXPECT_EQ(produce(*plain, "v", make_headers(theirs)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*plain);
    const Message message = reader_->next();
    EXPECT_EQ(baton::kafka::forward(*producer, "orders", *message, {.chain = PropagatorChain()}),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer);
    return headers_of(*reader_->next());
  };
  ::setenv("_X_AMZN_TRACE_ID",
           "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", 1);
  for (const auto& [theirs, expected] : cases) {
    EXPECT_EQ(forwarded(theirs), expected);
    EXPECT_EQ(sent(*producer, make_headers(theirs)), expected);
  }
  ::unsetenv("_X_AMZN_TRACE_ID");
}

TEST_F(TrustTest, LoneBaggageOfAMessageIsFiltered) {
  const Client producer = instrumented(chain_for("orders"));
  EXPECT_EQ(sent(*producer, make_headers({{"baggage", "a=1,b=2"}})), only_b);
  EXPECT_EQ(sent(*producer), Headers{});
}

TEST_F(TrustTest, ForwardObeysTheTopicAndTheTrustInCallers) {
  const Client plain = make_client(RD_KAFKA_PRODUCER, cluster_.producer_conf());
  const auto forwarded = [&](const PropagatorChain& chain, std::string_view destination = {}) {
    EXPECT_EQ(produce(*plain, "v", make_headers({{"traceparent", parent}, {"baggage", "a=1,b=2"}})),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*plain);
    if (!reader_) reader_.emplace(cluster_);
    const Message message = reader_->next();
    EXPECT_EQ(baton::kafka::forward(*plain, "orders", *message,
                                    {.chain = chain, .destination = destination}),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*plain);
    return headers_of(*reader_->next());
  };
  EXPECT_EQ(forwarded(chain_for("orders")), only_b);
  EXPECT_EQ(forwarded(chain_for("bills"), "bills"), only_b);
  const Headers restarted = forwarded(chain_for("bills", CallerTrust::restart));
  EXPECT_EQ(restarted, Headers{});
}

TEST_F(TrustTest, AnInstrumentedProducerDoesNotUndoWhatForwardDenies) {
  const Context context = context_of(other_parent, "c=1");
  for (const Existing existing : {Existing::keep, Existing::replace}) {
    const Client producer = instrumented(everything(), existing);
    EXPECT_FALSE(sent(*producer, make_headers({{"traceparent", parent}})).empty());
    const Client plain = make_client(RD_KAFKA_PRODUCER, cluster_.producer_conf());
    EXPECT_EQ(produce(*plain, "v", make_headers({{"traceparent", parent}})),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*plain);
    const Message message = reader_->next();
    const Scope scope(context);
    EXPECT_EQ(baton::kafka::forward(*producer, "orders", *message,
                                    {.chain = chain_for("bills"), .destination = "bills"}),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer);
    EXPECT_EQ(headers_of(*reader_->next()), Headers{});
  }
}

/// Whoever forwards may know fewer rules than the producer.
TEST_F(TrustTest, AnInstrumentedProducerDeniesWhatForwardWouldSend) {
  const Client plain = make_client(RD_KAFKA_PRODUCER, cluster_.producer_conf());
  const Client producer = instrumented(chain_for("orders"));
  const PropagatorChain lax = baton::make_chain("tracecontext,baggage").chain;
  Reader reader(cluster_);
  const auto forwarded = [&](const Headers& theirs) {
    EXPECT_EQ(produce(*plain, "v", make_headers(theirs)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*plain);
    const Message message = reader.next();
    EXPECT_EQ(baton::kafka::forward(*producer, "orders", *message, {.chain = lax}),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(*producer);
    return headers_of(*reader.next());
  };
  EXPECT_EQ(forwarded({{"traceparent", parent}, {"baggage", "a=1,b=2"}}), only_b);
  EXPECT_EQ(forwarded({{"x", "1"}}), (Headers{{"x", "1"}}));
}

TEST_F(TrustTest, AFunctionThatThrowsOpensNoBoundary) {
  baton::kafka::InstrumentOptions options;
  options.chain = chain_for("orders");
  options.context = []() -> Context { throw std::runtime_error("no"); };
  auto* const conf = cluster_.producer_conf();
  ASSERT_EQ(baton::kafka::instrument(*conf, std::move(options)), RD_KAFKA_RESP_ERR_NO_ERROR);
  const Client producer = make_client(RD_KAFKA_PRODUCER, conf);
  EXPECT_EQ(sent(*producer, make_headers({{"traceparent", parent}, {"baggage", "a=1,b=2"}})),
            only_b);
}

/// The traces of untrusted callers end here, and their spans are links.
class RestartTest : public SpanTest {
 protected:
  const PropagatorChain restart_ = everything().with_trust({.callers = CallerTrust::restart});

  void expect_link(const baton::RecordedSpan& span, const std::string& traceparent) {
    EXPECT_EQ(span.parent, Context());
    ASSERT_EQ(span.links.size(), 1U);
    EXPECT_EQ(span.links[0].span_id, context_of(traceparent).span_context().span_id);
  }
};

TEST_F(RestartTest, ASpanLinksToAnUntrustedCaller) {
  const Message order = with(context_of(parent));
  baton::kafka::process(*order, [] {}, {.chain = restart_, .tracer = &tracer_});
  expect_link(only_span(), parent);
  EXPECT_EQ(
      baton::kafka::forward(*plain_, "checked", *order, {.chain = restart_, .tracer = &tracer_}),
      RD_KAFKA_RESP_ERR_NO_ERROR);
  flush(*plain_);
  expect_link(only_span(), parent);
}

TEST_F(RestartTest, ABatchLinksToUntrustedCallers) {
  std::vector<Message> messages;
  messages.push_back(with(context_of(parent)));
  messages.push_back(with(context_of(parent)));
  baton::kafka::process_batch(
      messages, [](const baton::kafka::Batch& batch) { EXPECT_EQ(batch.contexts[0], Context()); },
      {.chain = restart_, .tracer = &tracer_});
  expect_link(only_span(), parent);
}

TEST_F(RestartTest, ABatchGivesTheLinkOfItsLastMessage) {
  std::vector<Message> messages;
  messages.push_back(with(context_of(parent)));
  messages.push_back(with(context_of(other_parent)));
  baton::SpanContext link;
  const baton::kafka::Batch batch =
      baton::kafka::extract_batch(messages, {.chain = restart_, .link = &link});
  EXPECT_EQ(batch.parents.size(), 2U);
  EXPECT_EQ(link, batch.parents[1]);
  EXPECT_TRUE(link.is_valid());
  messages.push_back(with({}));
  EXPECT_EQ(baton::kafka::extract_batch(messages, {.chain = restart_, .link = &link}).parents,
            batch.parents);
  EXPECT_FALSE(link.is_valid());
}

TEST_F(RestartTest, ASpanIsNotSentIfTheTopicIsDeniedIt) {
  const Client producer = instrumented(
      {.chain = everything().with_trust({.destinations = {{"orders", false, false, {"b"}}}}),
       .tracer = &tracer_});
  const Context context = context_of(parent, "a=1,b=2");
  const Scope scope(context);
  EXPECT_EQ(headers_of(*sent(*producer)), (Headers{{"baggage", "b=2"}}));
  EXPECT_EQ(only_span().parent, context);
}

TEST(TrustHeadersTest, HeadersThatTheApplicationBuildsObeyTheDestination) {
  const Context context = context_of(parent, "a=1,b=2");
  const HeadersPointer list = make_headers({{"traceparent", other_parent}, {"uberctx-a", "1"}});
  baton::kafka::inject(*list, context, {.chain = chain_for("orders"), .destination = "orders"});
  EXPECT_EQ(to_headers(list.get()), only_b);

  const std::unique_ptr<RdKafka::Headers> cpp(RdKafka::Headers::create());
  cpp->add("uberctx-a", "1");
  baton::kafka::inject(*cpp, context, {.chain = chain_for("orders"), .destination = "orders"});
  std::vector<std::string> names;
  for (const auto& header : cpp->get_all()) names.push_back(header.key());
  EXPECT_EQ(names, (std::vector<std::string>{"baggage", "uberctx-b"}));
}

/// Names of one field take up what a carrier may remove, and those of another hide behind them.
TEST(TrustHeadersTest, WhatIsDeniedHidesBehindNoOtherHeaders) {
  constexpr std::size_t limit = baton::kafka::CppHeadersCarrier::max_spellings;
  const Context context = context_of(parent, "a=1");
  const PropagatorChain chain = chain_for("orders");
  for (const std::size_t size : {limit, limit + 1, limit + 2, limit + 50}) {
    const std::unique_ptr<RdKafka::Headers> cpp(RdKafka::Headers::create());
    for (const char* name : {"baggage", "Baggage", "BAGGAGE"}) cpp->add(name, "secret=1");
    cpp->add("uberctx-secret", "1");
    for (std::size_t i = 0; cpp->size() < size; ++i) {
      cpp->add(baton::test::spelling("tracestate", i), "v=1");
    }
    baton::kafka::inject(*cpp, context, {.chain = chain, .destination = "orders"});
    EXPECT_EQ(baton::kafka::extract(*cpp, {.chain = chain}), Context());
    EXPECT_EQ(cpp->size() == 0, size <= limit + 1) << "each name that is erased counts apart";
  }
}

}  // namespace
