// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
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

TEST(HeaderCarrierAllocations, ReadingALargeMapMakesNone) {
  std::map<std::string, std::string> map{{"X-B3-ParentSpanId", "05e3ac9a4f6e3b90"}};
  for (int i = 0; i < 100; ++i) map.emplace("x-header-" + std::to_string(i), "value");
  const HeaderCarrier carrier(map);
  const std::size_t before = allocations;
  const auto value = carrier.get("x-b3-parentspanid");
  const std::size_t made = allocations - before;
  EXPECT_EQ(made, 0U);
  EXPECT_EQ(value, "05e3ac9a4f6e3b90");
}

struct Entry {
  std::string name;
  std::string value;
};

/// Over fields that are there, among as many others.
template <class Container>
void expect_none_to_inject(std::size_t others) {
  const std::vector<std::pair<std::string, std::string>> fields{
      {"tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
      {"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
      {"baggage", "userId=alice,serverNode=DF%2028,isProduction=false"}};
  const baton::Context context = baton::http::extract(fields);
  Container container;
  const auto add = [&](const std::string& name, const std::string& value) {
    container.insert(container.end(), {name, value});
  };
  for (std::size_t i = 0; i < others; ++i) add("other-" + std::to_string(i), "value");
  for (const auto& [name, value] : fields) add(name, value);

  const std::size_t before = allocations;
  baton::http::inject(container, context);
  const std::size_t made = allocations - before;
  EXPECT_EQ(made, 0U);
  EXPECT_EQ(baton::http::extract(container), context);
  EXPECT_EQ(std::distance(container.begin(), container.end()),
            static_cast<std::ptrdiff_t>(others + fields.size()));
}

TEST(HeaderCarrierAllocations, WritingOverFieldsMakesNone) {
  for (const std::size_t others : {0U, 3U, 100U}) {
    expect_none_to_inject<std::map<std::string, std::string>>(others);
    expect_none_to_inject<std::map<std::string, std::string, std::less<>>>(others);
    expect_none_to_inject<std::multimap<std::string, std::string>>(others);
    expect_none_to_inject<std::unordered_map<std::string, std::string>>(others);
    expect_none_to_inject<std::unordered_multimap<std::string, std::string>>(others);
    expect_none_to_inject<std::vector<std::pair<std::string, std::string>>>(others);
    expect_none_to_inject<std::vector<Entry>>(others);
    expect_none_to_inject<std::list<Entry>>(others);
    expect_none_to_inject<std::deque<std::pair<std::string, std::string>>>(others);
  }
}

TEST(HeaderCarrierAllocations, TheCounterCounts) {
  const std::size_t before = allocations;
  ::operator delete(::operator new(8, std::nothrow));
  ::operator delete(::operator new(8));
  EXPECT_EQ(allocations - before, 2U);
}

}  // namespace
