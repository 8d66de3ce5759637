// SPDX-License-Identifier: Apache-2.0
// The cost of a context in header fields, for each kind of container: a sorted map, a sequence, and
// Boost.Beast's fields.

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <baton/carriers/http.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report.hpp"

namespace {

using bench::measure;
using Map = std::map<std::string, std::string>;
using Sequence = std::vector<std::pair<std::string, std::string>>;
using Beast = boost::beast::http::fields;

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

void add(Map& fields, std::string_view name, std::string_view value) {
  fields.emplace(name, value);
}
void add(Sequence& fields, std::string_view name, std::string_view value) {
  fields.emplace_back(name, value);
}
void add(Beast& fields, std::string_view name, std::string_view value) {
  fields.insert({name.data(), name.size()}, {value.data(), value.size()});
}

template <class Fields>
Fields plain_request() {
  Fields fields;
  add(fields, "accept", "*/*");
  add(fields, "host", "example.com");
  add(fields, "user-agent", "bench/1");
  return fields;
}

template <class Fields>
Fields full_request() {
  auto fields = plain_request<Fields>();
  add(fields, "traceparent", parent);
  add(fields, "tracestate", state);
  add(fields, "baggage", baggage);
  return fields;
}

template <class Fields>
void extract(benchmark::State& s, const Fields& fields) {
  measure(s, [&] {
    const baton::Context context = baton::http::extract(fields);
    benchmark::DoNotOptimize(&context);
    benchmark::ClobberMemory();
  });
}

template <class Fields>
void inject(benchmark::State& s) {
  auto fields = full_request<Fields>();
  const baton::Context context = baton::http::extract(fields);
  measure(s, [&] {
    baton::http::inject(fields, context);
    benchmark::ClobberMemory();
  });
}

/// The last of many fields.
template <class Fields>
void get_of_many(benchmark::State& s) {
  Fields fields;
  for (int i = 1; i < 100; ++i) add(fields, "a-header-" + std::to_string(i), "some value");
  add(fields, "traceparent", parent);
  const typename baton::http::CarrierFor<const Fields>::type carrier(fields);
  const baton::CarrierReader reader(carrier);
  measure(s, [&] { benchmark::DoNotOptimize(reader.get("traceparent")); });
}

/// What a service does for one request that causes another.
template <class Fields>
void whole_request(benchmark::State& s) {
  const auto fields = full_request<Fields>();
  measure(s, [&] {
    const baton::Context context = baton::http::extract(fields);
    const baton::Scope scope(context);
    Fields sent;
    baton::http::inject(sent);
    benchmark::DoNotOptimize(&sent);
    benchmark::ClobberMemory();
  });
}

template <class Fields>
bool works() {
  const auto fields = full_request<Fields>();
  Fields sent;
  baton::http::inject(sent, baton::http::extract(fields));
  return baton::http::extract(sent) == baton::http::extract(fields) &&
         baton::http::extract(sent).baggage().header() == baggage;
}

template <class Fields>
void add_container(const std::string& name, std::vector<bench::Row>& rows) {
  const auto add = [&](const std::string& id, const std::string& title, auto measured) {
    benchmark::RegisterBenchmark((id + '_' + name).c_str(), measured);
    rows.push_back({title + ": " + name, id + '_' + name, "", ""});
  };
  add("extract_full", "extract all three of six fields",
      [](benchmark::State& s) { extract(s, full_request<Fields>()); });
  add("extract_nothing", "extract, nothing among three",
      [](benchmark::State& s) { extract(s, plain_request<Fields>()); });
  add("get_of_many", "get the last of 100 fields", get_of_many<Fields>);
  add("inject_full", "inject over itself", inject<Fields>);
  add("whole_request", "extract, scope, inject anew", whole_request<Fields>);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<bench::Row> rows;
  add_container<Map>("map", rows);
  add_container<Sequence>("sequence", rows);
  add_container<Beast>("beast", rows);
  return bench::run(argc, argv, rows, works<Map>() && works<Sequence>() && works<Beast>());
}
