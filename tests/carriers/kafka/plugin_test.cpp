// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "support.hpp"
#include "support/child_process.hpp"

namespace {

using namespace kafka_test;

/// The plugin as applications load it: by configuration alone.
class PluginTest : public SendingTest {
 protected:
  PluginTest() { clear(); }
  ~PluginTest() override { clear(); }

  static void clear() {
    for (const char* name :
         {"TRACEPARENT", "TRACESTATE", "BAGGAGE", "OTEL_PROPAGATORS", "BATON_DESTINATIONS"}) {
      ::unsetenv(name);
    }
  }

  rd_kafka_conf_t* plugged_conf() const {
    return cluster_.producer_conf({{"plugin.library.paths", BATON_PLUGIN}});
  }
  Client plugged() const { return make_client(RD_KAFKA_PRODUCER, plugged_conf()); }
};

TEST_F(PluginTest, StartsATraceForEachMessage) {
  const Client producer = plugged();
  const Headers first = sent(*producer);
  const Headers second = sent(*producer);
  for (const Headers& headers : {first, second}) {
    ASSERT_EQ(headers.size(), 1U);
    EXPECT_EQ(headers[0].first, "traceparent");
    EXPECT_TRUE(baton::Traceparent::parse(*headers[0].second));
  }
  EXPECT_NE(first, second);
}

TEST_F(PluginTest, ContinuesTheEnvironment) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  ::setenv("TRACESTATE", "a=1", 1);
  ::setenv("BAGGAGE", "user=1", 1);
  const Client producer = plugged();
  clear();  // it was read when the configuration was made
  const Headers expected = {{"traceparent", parent}, {"tracestate", "a=1"}, {"baggage", "user=1"}};
  EXPECT_EQ(sent(*producer), expected);
  EXPECT_EQ(sent(*producer), expected);
}

TEST_F(PluginTest, ObeysTheRuleForTheTopic) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  ::setenv("BAGGAGE", "user=1,tenant=2", 1);
  ::setenv("BATON_DESTINATIONS", "orders: baggage=tenant", 1);
  EXPECT_EQ(sent(*plugged()), (Headers{{"baggage", "tenant=2"}}));
}

TEST_F(PluginTest, ABadOrEmptyEnvironmentStartsTraces) {
  for (const char* bad : {"", "00-bad"}) {
    ::setenv("TRACEPARENT", bad, 1);
    ::setenv("BAGGAGE", "user=1", 1);
    const Client producer = plugged();
    const Headers headers = sent(*producer);
    ASSERT_EQ(headers.size(), 2U);
    EXPECT_TRUE(baton::Traceparent::parse(*headers[0].second));
    EXPECT_EQ(headers[1], (Header{"baggage", "user=1"}));
  }
}

TEST_F(PluginTest, LeavesMessagesThatCarryAContextAlone) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  const Client producer = plugged();
  const Headers theirs = {{"a", "1"}, {"traceparent", other_parent}};
  EXPECT_EQ(sent(*producer, make_headers(theirs)), theirs);
}

TEST_F(PluginTest, HonoursOtelPropagators) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  ::setenv("OTEL_PROPAGATORS", "b3,unknown", 1);
  EXPECT_EQ(sent(*plugged()),
            (Headers{{"b3", "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"}}));
  ::setenv("OTEL_PROPAGATORS", "none", 1);
  EXPECT_EQ(sent(*plugged()), Headers{});
}

TEST_F(PluginTest, WorksInCopiesAndBesideOurOwnInstrumentation) {
  ::setenv("TRACEPARENT", parent.c_str(), 1);
  rd_kafka_conf_t* const conf = plugged_conf();
  EXPECT_EQ(baton::kafka::instrument(*conf), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_conf_t* const copy = rd_kafka_conf_dup(conf);
  const Client first = make_client(RD_KAFKA_PRODUCER, conf);
  const Client second = make_client(RD_KAFKA_PRODUCER, copy);
  for (const Client& producer : {std::cref(first), std::cref(second)}) {
    EXPECT_EQ(sent(*producer), (Headers{{"traceparent", parent}}));
  }
}

TEST_F(PluginTest, SurvivesBeingUnloadedAndLoadedAgain) {
  for (int i = 0; i < 3; ++i) {
    ::setenv("TRACEPARENT", (i % 2 == 0 ? parent : other_parent).c_str(), 1);
    rd_kafka_conf_destroy(plugged_conf());
    EXPECT_EQ(sent(*plugged()), (Headers{{"traceparent", i % 2 == 0 ? parent : other_parent}}));
  }
}

TEST_F(PluginTest, AChildProcessMakesTracesOfItsOwn) {
  const Headers before = sent(*plugged());
  const auto trace_in_child = [this] {
    return baton::test::run_in_child([this] {
      const Client producer = plugged();
      produce(*producer, "from a child");
      return rd_kafka_flush(producer.get(), 10000) == RD_KAFKA_RESP_ERR_NO_ERROR ? "sent" : "lost";
    });
  };
  EXPECT_EQ(trace_in_child(), "sent");
  EXPECT_EQ(trace_in_child(), "sent");
  const Headers first = headers_of(*reader_->next());
  const Headers second = headers_of(*reader_->next());
  EXPECT_EQ(first.size(), 1U);
  EXPECT_NE(first, second);
  EXPECT_NE(first, before);
  EXPECT_NE(second, before);
}

}  // namespace
