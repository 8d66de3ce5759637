// SPDX-License-Identifier: Apache-2.0
// What it costs to read and write the fields of an HTTP request, by the container that holds them
// and by how many there are.

#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report.hpp"

namespace {

using bench::measure;
using Sequence = std::vector<std::pair<std::string, std::string>>;
using Map = std::map<std::string, std::string>;

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

/// Fields that are not about tracing.
Sequence others(std::size_t count) {
  Sequence fields{{"accept", "*/*"}, {"host", "example.com"}, {"user-agent", "bench/1"}};
  for (std::size_t i = fields.size(); i < count; ++i) {
    fields.emplace_back("x-header-" + std::to_string(i), "some value");
  }
  fields.resize(count);
  return fields;
}

/// Three fields, and the three of a context.
template <class Container>
Container request() {
  Sequence fields = others(3);
  fields.emplace_back("traceparent", parent);
  fields.emplace_back("tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
  fields.emplace_back("baggage", "userId=alice,serverNode=DF%2028,isProduction=false");
  return Container(fields.begin(), fields.end());
}

template <class Container>
void inject_over(benchmark::State& s) {
  auto fields = request<Container>();
  const baton::Context context = baton::http::extract(fields, {.chain = w3c()});
  measure(s, [&] {
    baton::http::inject(fields, context, {.chain = w3c()});
    benchmark::ClobberMemory();
  });
}

template <class Container>
void inject_into_new(benchmark::State& s) {
  const baton::Context context = baton::http::extract(request<Container>(), {.chain = w3c()});
  measure(s, [&] {
    Container fields;
    baton::http::inject(fields, context, {.chain = w3c()});
    benchmark::DoNotOptimize(&fields);
    benchmark::ClobberMemory();
  });
}

/// All values of the last of so many fields.
template <class Container, std::size_t count>
void get(benchmark::State& s) {
  Sequence fields = others(count - 1);
  fields.emplace_back("traceparent", parent);
  const Container container(fields.begin(), fields.end());
  const baton::http::HeaderCarrier carrier(container);
  const baton::CarrierReader reader(carrier);
  measure(s, [&] {
    reader.get_all("traceparent", [](std::string_view value) {
      benchmark::DoNotOptimize(value.data());
      return true;
    });
  });
}

BENCHMARK(inject_over<Map>);
BENCHMARK(inject_over<Sequence>);
BENCHMARK(inject_into_new<Map>);
BENCHMARK(inject_into_new<Sequence>);
BENCHMARK_TEMPLATE(get, Map, 3);
BENCHMARK_TEMPLATE(get, Map, 10);
BENCHMARK_TEMPLATE(get, Map, 100);
BENCHMARK_TEMPLATE(get, Sequence, 3);
BENCHMARK_TEMPLATE(get, Sequence, 10);
BENCHMARK_TEMPLATE(get, Sequence, 100);

const std::vector<bench::Row> rows{
    {"inject three over themselves, map", "inject_over<Map>", "", "0 allocs"},
    {"inject three over themselves, vector", "inject_over<Sequence>", "", "0 allocs"},
    {"inject three into a new map", "inject_into_new<Map>", "", ""},
    {"inject three into a new vector", "inject_into_new<Sequence>", "", ""},
    {"get one of 3, map", "get<Map, 3>", "", "0"},
    {"get one of 10, map", "get<Map, 10>", "", "0"},
    {"get one of 100, map", "get<Map, 100>", "", "as of 10, 0"},
    {"get one of 3, vector", "get<Sequence, 3>", "", "0"},
    {"get one of 10, vector", "get<Sequence, 10>", "", "0"},
    {"get one of 100, vector", "get<Sequence, 100>", "", "0"},
};

/// A benchmark of broken code measures nothing.
template <class Container>
bool works() {
  const auto fields = request<Container>();
  Container sent;
  baton::http::inject(sent, baton::http::extract(fields, {.chain = w3c()}), {.chain = w3c()});
  return sent.size() == 3 && baton::http::HeaderCarrier(sent).get("traceparent") == parent;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  if (!works<Map>() || !works<Sequence>()) {
    std::cerr << "http: what is to be measured gives a wrong result\n";
    return EXIT_FAILURE;
  }
  bench::TableReporter reporter(rows);
  benchmark::RunSpecifiedBenchmarks(&reporter);
}
