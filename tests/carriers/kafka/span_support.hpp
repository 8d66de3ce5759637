// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

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
