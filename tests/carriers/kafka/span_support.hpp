// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "baton/recording_tracer.hpp"
#include "support.hpp"

namespace kafka_test {

/// Formats that together can say any context.
inline const baton::PropagatorChain& everything() {
  static const baton::PropagatorChain chain =
      baton::make_chain("xray,b3multi,tracecontext,baggage").chain;
  return chain;
}

/// Adds an interceptor of the application: for each message it sends one by another producer.
inline void add_audit(rd_kafka_conf_t& conf, rd_kafka_t& auditor) {
  const auto on_new = [](rd_kafka_t* client, const rd_kafka_conf_t*, void* audit, char*,
                         std::size_t) {
    const auto on_send = [](rd_kafka_t*, rd_kafka_message_t*, void* by) {
      return produce(*static_cast<rd_kafka_t*>(by), "audit");
    };
    return rd_kafka_interceptor_add_on_send(client, "audit", on_send, audit);
  };
  rd_kafka_conf_interceptor_add_on_new(&conf, "audit", on_new, &auditor);
}

/// A tracer, a cluster with the topics `orders` and `checked`, and what these receive.
class SpanTest : public testing::Test {
 protected:
  ~SpanTest() override { EXPECT_EQ(tracer_.open(), 0U); }

  Client instrumented(baton::kafka::InstrumentOptions options, const Settings& more = {}) const {
    rd_kafka_conf_t* const conf = cluster_.producer_conf(more);
    EXPECT_EQ(baton::kafka::instrument(*conf, std::move(options)), RD_KAFKA_RESP_ERR_NO_ERROR);
    return make_client(RD_KAFKA_PRODUCER, conf);
  }
  Client traced(const Settings& more = {}) {
    return instrumented({.chain = everything(), .tracer = &tracer_}, more);
  }

  /// The message that is sent with these headers.
  Message sent(rd_kafka_t& producer, const Headers& headers = {}) {
    EXPECT_EQ(produce(producer, "v", make_headers(headers)), RD_KAFKA_RESP_ERR_NO_ERROR);
    flush(producer);
    return orders_.next();
  }
  /// A message with that context alone.
  Message with(const baton::Context& context) {
    const baton::Scope scope(context);
    return sent(*plain_);
  }

  /// The only span that has ended since the last call.
  baton::RecordedSpan only_span() {
    EXPECT_EQ(tracer_.open(), 0U);
    const std::vector<baton::RecordedSpan> spans = tracer_.ended();
    tracer_.clear();
    EXPECT_EQ(spans.size(), 1U);
    return spans.empty() ? baton::RecordedSpan() : spans[0];
  }

  baton::RecordingTracer tracer_;
  MockCluster cluster_{"orders", "checked"};
  Client plain_ = instrumented({.chain = everything(), .tracer = nullptr});
  Reader orders_{cluster_};
  Reader checked_{cluster_, "checked"};
};

}  // namespace kafka_test
