// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "exporter/support.hpp"

namespace baton::test {
namespace {

TEST(DeliveryTest, AFlushSendsWhatWaits) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  make_spans(tracer, 3);
  EXPECT_EQ(tracer.counts().waiting, 3U);
  EXPECT_TRUE(tracer.flush());
  EXPECT_EQ(tracer.counts(), (ExportCounts{.started = 3, .ended = 3, .exported = 3}));
  EXPECT_EQ(ids_in(backend.requests()).size(), 3U);
  EXPECT_EQ(log.text(), "");
}

TEST(DeliveryTest, ZipkinGetsKeysAndValuesThatAreNotUtf8) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.protocol = ExportProtocol::zipkin;
  options.resource_attributes = {{"\xff of the service", "\xff a"}};
  ExportingTracer tracer(options);
  const std::string text(200, 'x');
  const std::string long_text = "\xff" + text;
  const std::vector<Attribute> attributes{{"\xff 1", "\xff b"}, {"\xff 2", long_text}};
  Span(&tracer, {.parent = Context(), .name = "work", .attributes = attributes}).end();
  EXPECT_TRUE(tracer.flush());
  ASSERT_EQ(backend.requests().size(), 1U);
  const auto spans = boost::json::parse(backend.requests()[0].body);
  const auto& tags = spans.at_pointer("/0/tags").as_object();
  const std::vector<std::pair<std::string, std::string>> expected{
      {"\xef\xbf\xbd of the service", "\xef\xbf\xbd a"},
      {"\xef\xbf\xbd 1", "\xef\xbf\xbd b"},
      {"\xef\xbf\xbd 2", "\xef\xbf\xbd" + text}};
  for (const auto& [key, value] : expected) {
    ASSERT_TRUE(tags.contains(key)) << backend.requests()[0].body;
    EXPECT_EQ(tags.at(key).as_string(), value);
  }
}

TEST(DeliveryTest, NothingIsSentWithoutSpans) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  EXPECT_TRUE(tracer.flush());
  EXPECT_TRUE(tracer.shutdown());
  EXPECT_EQ(tracer.counts(), ExportCounts());
  EXPECT_EQ(backend.connections(), 0U);
}

TEST(DeliveryTest, AFullBatchIsSentAtOnce) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_batch_size = 10;
  ExportingTracer tracer(options);
  make_spans(tracer, 9);
  EXPECT_EQ(backend.requests().size(), 0U);
  make_spans(tracer, 1);
  ASSERT_TRUE(backend.wait_for(1));
  EXPECT_EQ(ids_in(backend.requests()).size(), 10U);
}

TEST(DeliveryTest, OneConnectionServesManyBatches) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.max_batch_size = 7;
  ExportingTracer tracer(options);
  for (int i = 0; i < 20; ++i) {
    make_spans(tracer, 10);
    EXPECT_TRUE(tracer.flush());
  }
  EXPECT_EQ(tracer.counts().exported, 200U);
  EXPECT_EQ(ids_in(backend.requests()).size(), 200U);
  for (const auto& request : backend.requests()) EXPECT_LE(ids_in({request}).size(), 7U);
  EXPECT_EQ(backend.connections(), 1U);
}

TEST(DeliveryTest, WhatWaitsIsSentAfterTheDelay) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.schedule_delay = 20ms;
  ExportingTracer tracer(options);
  make_spans(tracer, 2);
  ASSERT_TRUE(backend.wait_for(1));
}

TEST(DeliveryTest, TheDestructorSendsWhatWaits) {
  const Backend backend;
  Log log;
  {
    ExportingTracer tracer(options_for(backend, log));
    make_spans(tracer, 5);
  }
  EXPECT_EQ(ids_in(backend.requests()).size(), 5U);
}

TEST(DeliveryTest, WhatEndsAfterShutdownIsDropped) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  make_spans(tracer, 2);
  EXPECT_TRUE(tracer.shutdown());
  make_spans(tracer, 3);
  EXPECT_TRUE(tracer.shutdown());
  EXPECT_TRUE(tracer.flush());
  const ExportCounts counts = tracer.counts();
  EXPECT_EQ(counts.exported, 2U);
  EXPECT_EQ(counts.dropped.shut_down, 3U);
  EXPECT_EQ(accounted_for(counts), counts.ended);
}

TEST(DeliveryTest, SpansThatAreNotSampledAreNotSent) {
  const Backend backend;
  Log log;
  ExportOptions options = options_for(backend, log);
  options.sampler = always_off();
  ExportingTracer tracer(options);
  make_spans(tracer, 3);
  EXPECT_TRUE(tracer.shutdown());
  EXPECT_EQ(tracer.counts(), ExportCounts());
}

}  // namespace
}  // namespace baton::test
