// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "exporter/support.hpp"
#include "support/count_allocations.hpp"

namespace baton::test {
namespace {

/// The allocations of a span of this thread, of which the backend gets nothing meanwhile.
std::size_t allocations_of_span(ExportingTracer& tracer, const Context& parent) {
  static constexpr Attribute at_start[] = {{"http.request.method", "GET"},
                                           {"url.path", "/orders/17"}};
  static constexpr Attribute at_end[] = {{"http.response.status_code", std::int64_t{500}}};
  const std::size_t before = allocations;
  Span span(&tracer, {.parent = parent, .name = "GET", .attributes = at_start});
  span.end({.is_error = true, .error_type = "500", .attributes = at_end});
  return allocations - before;
}

TEST(AllocationTest, ASpanIsOneBlock) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  allocations_of_span(tracer, Context());  // starts the thread
  EXPECT_EQ(allocations_of_span(tracer, Context()), 1U);
  EXPECT_TRUE(tracer.flush());
  EXPECT_EQ(allocations_of_span(tracer, Context()), 1U);
}

TEST(AllocationTest, ASpanThatIsNotSampledIsNone) {
  const Backend backend;
  Log log;
  ExportingTracer tracer(options_for(backend, log));
  Context parent;
  parent.set_sampling(Sampling::drop);
  EXPECT_EQ(allocations_of_span(tracer, parent), 0U);
}

}  // namespace
}  // namespace baton::test
