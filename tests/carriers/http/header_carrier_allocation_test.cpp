// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/http.hpp"
#include "support/count_allocations.hpp"

namespace {

using baton::http::HeaderCarrier;
using baton::test::allocations;

TEST(HeaderCarrierAllocations, ReadingMakesNone) {
  const std::vector<std::pair<std::string, std::string>> headers{
      {"Host", "example.com"},
      {"TraceParent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
      {"X-" + std::string(100, 'x'), std::string(1000, 'v')}};
  const std::map<std::string, std::string> map(headers.begin(), headers.end());
  const auto& chain = baton::global_chain();

  std::size_t seen = 0;
  const auto count = [&](std::string_view) {
    ++seen;
    return true;
  };
  const auto read = [&](baton::CarrierReader carrier) {
    if (carrier.get("host")) ++seen;
    carrier.get_all("traceparent", count);
    carrier.keys(count);
  };
  const std::size_t before = allocations;
  read(HeaderCarrier(headers));
  read(HeaderCarrier(map));
  const bool valid = baton::http::extract(headers, {.chain = chain}).span_context().is_valid() &&
                     baton::http::extract(map, {.chain = chain}).span_context().is_valid();
  const std::size_t made = allocations - before;
  EXPECT_EQ(made, 0U);
  EXPECT_EQ(seen, 10U);
  EXPECT_TRUE(valid);
}

TEST(HeaderCarrierAllocations, TheCounterCounts) {
  const std::size_t before = allocations;
  ::operator delete(::operator new(8, std::nothrow));
  ::operator delete(::operator new(8));
  EXPECT_EQ(allocations - before, 2U);
}

}  // namespace
