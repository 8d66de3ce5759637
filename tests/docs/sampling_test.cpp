// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "sampling.hpp"

#include <gtest/gtest.h>

namespace {

constexpr baton::TraceId lowest(1, 1);
constexpr baton::TraceId highest(1, ~std::uint64_t{0});

baton::Sampling decide(const std::shared_ptr<const baton::Sampler>& sampler,
                       const baton::Context& parent,
                       std::span<const baton::Attribute> attributes = {}) {
  return baton::IdTracer::context_of({.parent = parent, .attributes = attributes}, *sampler)
      .sampling();
}

baton::Context remote(baton::TraceId trace_id, baton::Sampling sampling) {
  baton::Context context;
  context.set_span_context({trace_id, baton::SpanId(1), {}, true, {}}, sampling);
  return context;
}

TEST(Sampling, TheEnvironmentConfiguresTheGlobalTracer) {
  ::setenv("OTEL_TRACES_SAMPLER", "always_off", 1);
  trace_with_ids();
  ::unsetenv("OTEL_TRACES_SAMPLER");
  ASSERT_NE(baton::global_tracer(), nullptr);
  const baton::Span span(baton::global_tracer(), {.parent = baton::Context()});
  EXPECT_EQ(span.context().sampling(), baton::Sampling::drop);
  EXPECT_TRUE(span.context().span_context().is_valid());
}

TEST(Sampling, TheExamplesDecide) {
  using baton::Sampling;
  EXPECT_EQ(decide(a_tenth(), remote(lowest, Sampling::sample)), Sampling::sample);
  EXPECT_EQ(decide(a_tenth(), remote(lowest, Sampling::defer)), Sampling::drop);
  EXPECT_EQ(decide(at_the_edge(), remote(lowest, Sampling::sample)), Sampling::drop);
  EXPECT_EQ(decide(at_the_edge(), remote(highest, Sampling::sample)), Sampling::sample);

  const auto sampler = std::make_shared<WithoutHealthChecks>(baton::always_on());
  const std::array<baton::Attribute, 1> check{{{"url.path", "/healthz"}}};
  const std::array<baton::Attribute, 1> order{{{"url.path", "/order"}}};
  EXPECT_EQ(decide(sampler, {}, check), Sampling::drop);
  EXPECT_EQ(decide(sampler, {}, order), Sampling::sample);
}

TEST(Sampling, TheTableHasTheSamplersThatThereAre) {
  std::ifstream page(std::getenv("SAMPLING"));
  std::set<std::string> listed;
  for (std::string line; std::getline(page, line) && line != "## By code";) {
    if (line.starts_with("| `")) listed.insert(line.substr(3, line.find('`', 3) - 3));
  }
  std::set<std::string> known;
  std::string names = baton::make_sampler("?").error;
  names.erase(0, names.find("known: ") + 7);
  for (std::size_t begin = 0; begin < names.size();) {
    const std::size_t end = std::min(names.find(", ", begin), names.size());
    known.insert(names.substr(begin, end - begin));
    begin = end + 2;
  }
  EXPECT_EQ(listed, known);
  EXPECT_EQ(known.size(), 8U);
}

TEST(Sampling, TheThresholdOfTheTextIsThatOfATenth) {
  baton::Context trace;
  trace.set_trace_id(highest, baton::Sampling::defer);
  const baton::Context span = baton::IdTracer::context_of({.parent = trace}, *a_tenth());
  EXPECT_EQ(span.span_context().trace_state.header(), "ot=th:e666");
}

}  // namespace
