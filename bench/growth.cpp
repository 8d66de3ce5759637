// SPDX-License-Identifier: Apache-2.0
// How costs grow: with members, with fields in each kind of carrier, with formats in the chain, and
// with threads. The names of the benchmarks are PLOT/CURVE/X, for plot.py.

#include <baton/baton.hpp>
#include <baton/carriers/amqp.hpp>
#include <baton/carriers/beast.hpp>
#include <baton/carriers/http.hpp>
#include <baton/carriers/kafka.hpp>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report.hpp"

namespace {

using bench::measure;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Map = std::map<std::string, std::string>;

constexpr std::string_view w3c_names = "tracecontext,baggage";

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = baton::make_chain(w3c_names).chain;
  return chain;
}

std::string list(std::size_t members) {
  std::string text;
  for (std::size_t i = 0; i < members; ++i) {
    if (i != 0) text += ',';
    text += "member" + std::to_string(i) + "=value-" + std::to_string(i * 37);
  }
  return text;
}

/// The context of a request, or as much of it as is wanted.
Pairs context_fields(std::size_t states = 2, std::size_t members = 3) {
  Pairs fields{{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};
  if (states != 0) fields.emplace_back("tracestate", list(states));
  if (members != 0) fields.emplace_back("baggage", list(members));
  return fields;
}

/// Fields of an application, and after them those of a context.
Pairs fields_of(std::size_t foreign, const Pairs& context) {
  Pairs fields;
  for (std::size_t i = 0; i < foreign; ++i) {
    fields.emplace_back("x-application-" + std::to_string(1000 + i), "value");
  }
  fields.insert(fields.end(), context.begin(), context.end());
  return fields;
}

template <class Run>
void add(const std::string& plot, const std::string& curve, std::size_t x, const Run& run) {
  benchmark::RegisterBenchmark((plot + '/' + curve + '/' + std::to_string(x)).c_str(), run);
}

// --- what is measured ----------------------------------------------------------------------------

template <class Extract>
void extract(benchmark::State& s, const Extract& one) {
  measure(s, [&] {
    const baton::Context context = one();
    benchmark::DoNotOptimize(&context);
    benchmark::ClobberMemory();
  });
}

void extract_map(benchmark::State& s, const baton::PropagatorChain& chain, const Pairs& pairs) {
  const Map fields(pairs.begin(), pairs.end());
  const baton::MapCarrier carrier(fields);
  extract(s, [&] { return chain.extract(carrier); });
}

void inject_map(benchmark::State& s, const Pairs& pairs) {
  Map fields(pairs.begin(), pairs.end());
  baton::MapCarrier carrier(fields);
  const baton::Context context = w3c().extract(carrier);
  measure(s, [&] {
    w3c().inject(context, carrier);
    benchmark::ClobberMemory();
  });
}

void extract_header_map(benchmark::State& s, const Pairs& pairs) {
  const Map fields(pairs.begin(), pairs.end());
  extract(s, [&] { return baton::http::extract(fields, {.chain = w3c()}); });
}

void extract_header_sequence(benchmark::State& s, const Pairs& pairs) {
  extract(s, [&] { return baton::http::extract(pairs, {.chain = w3c()}); });
}

void extract_beast(benchmark::State& s, const Pairs& pairs) {
  boost::beast::http::fields fields;
  for (const auto& [name, value] : pairs) fields.insert(name, value);
  extract(s, [&] { return baton::http::extract(fields, {.chain = w3c()}); });
}

baton::kafka::HeadersPointer kafka_headers(const Pairs& pairs) {
  baton::kafka::HeadersPointer headers(rd_kafka_headers_new(pairs.size()));
  for (const auto& [name, value] : pairs) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  return headers;
}

void extract_kafka(benchmark::State& s, const Pairs& pairs) {
  const baton::kafka::HeadersPointer headers = kafka_headers(pairs);
  extract(s, [&] { return baton::kafka::extract(*headers, {.chain = w3c()}); });
}

void inject_kafka(benchmark::State& s, const Pairs& pairs) {
  const baton::kafka::HeadersPointer headers = kafka_headers(pairs);
  const baton::Context context = baton::kafka::extract(*headers, {.chain = w3c()});
  measure(s, [&] { baton::kafka::inject(*headers, context, {.chain = w3c()}); });
}

void extract_amqp(benchmark::State& s, const Pairs& pairs) {
  const auto bytes = [](const std::string& text) {
    return amqp_bytes_t{text.size(), const_cast<char*>(text.data())};
  };
  std::vector<amqp_table_entry_t> entries;
  for (const auto& [name, value] : pairs) {
    amqp_table_entry_t& entry = entries.emplace_back();
    entry.key = bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_UTF8;
    entry.value.value.bytes = bytes(value);
  }
  const amqp_table_t table{static_cast<int>(entries.size()), entries.data()};
  extract(s, [&] { return baton::amqp::extract(table, {.chain = w3c()}); });
}

// --- the plots -----------------------------------------------------------------------------------

void add_members() {
  for (std::size_t members = 0; members <= 32; members += 4) {
    const Pairs fields = context_fields(members, 0);
    add("tracestate", "extract", members, [=](auto& s) { extract_map(s, w3c(), fields); });
    add("tracestate", "inject over itself", members, [=](auto& s) { inject_map(s, fields); });
  }
  for (std::size_t members = 0; members <= 180; members += 20) {
    const Pairs fields = context_fields(0, members);
    add("baggage", "extract", members, [=](auto& s) { extract_map(s, w3c(), fields); });
    add("baggage", "inject over itself", members, [=](auto& s) { inject_map(s, fields); });
  }
}

void add_fields() {
  for (const std::size_t count : {5U, 25U, 50U, 100U, 150U, 200U}) {
    for (const bool full : {true, false}) {
      const std::string plot = full ? "fields" : "fields, nothing there";
      const Pairs context = full ? context_fields() : Pairs();
      const Pairs fields = fields_of(count - context.size(), context);
      add(plot, "MapCarrier", count, [=](auto& s) { extract_map(s, w3c(), fields); });
      add(plot, "std::map", count, [=](auto& s) { extract_header_map(s, fields); });
      add(plot, "std::vector", count, [=](auto& s) { extract_header_sequence(s, fields); });
      add(plot, "Boost.Beast", count, [=](auto& s) { extract_beast(s, fields); });
      add(plot, "Kafka", count, [=](auto& s) { extract_kafka(s, fields); });
      add(plot, "AMQP", count, [=](auto& s) { extract_amqp(s, fields); });
    }
  }
}

void add_kafka() {
  for (const std::size_t foreign : {0U, 5U, 10U, 20U, 30U, 40U, 50U}) {
    const Pairs full = fields_of(foreign, context_fields());
    const Pairs empty = fields_of(foreign, {});
    add("kafka", "extract all three", foreign, [=](auto& s) { extract_kafka(s, full); });
    add("kafka", "extract, nothing there", foreign, [=](auto& s) { extract_kafka(s, empty); });
    add("kafka", "inject over itself", foreign, [=](auto& s) { inject_kafka(s, full); });
  }
}

void add_formats() {
  std::string names(w3c_names);
  std::size_t count = 1;
  const auto add_chain = [&](std::string_view chain_names) {
    const baton::PropagatorChain chain = baton::make_chain(chain_names).chain;
    add("formats", "nothing there", count,
        [=](auto& s) { extract_map(s, chain, fields_of(3, {})); });
    add("formats", "traceparent there", count,
        [=](auto& s) { extract_map(s, chain, fields_of(3, context_fields(0, 0))); });
    ++count;
  };
  add_chain("tracecontext");
  add_chain(names);
  for (const std::string_view name :
       {"b3", "b3multi", "datadog", "gcp", "jaeger", "opencensus", "ottrace", "xray"}) {
    names.append(",").append(name);
    add_chain(names);
  }
}

void add_threads() {
  const auto add_both = [](const std::string& curve, auto run) {
    for (const int threads : {1, 2}) {
      const std::string name = "threads/" + curve + '/' + std::to_string(threads);
      benchmark::RegisterBenchmark(name.c_str(), run)->Threads(threads);
    }
  };
  static const Pairs fields = fields_of(3, context_fields());
  add_both("extract", [](auto& s) { extract_map(s, w3c(), fields); });
  add_both("inject over itself", [](auto& s) { inject_map(s, fields); });
  add_both("attach a copy", [](auto& s) {
    static const baton::Context shared = baton::http::extract(fields, {.chain = w3c()});
    measure(s, [] {
      const baton::Context copy = shared;
      const baton::Scope scope(copy);
      benchmark::DoNotOptimize(&baton::current());
    });
  });
  add_both("attach", [](auto& s) {
    static const baton::Context shared = baton::http::extract(fields, {.chain = w3c()});
    measure(s, [] {
      const baton::Scope scope(shared);
      benchmark::DoNotOptimize(&baton::current());
    });
  });
}

}  // namespace

int main(int argc, char** argv) {
  add_members();
  add_fields();
  add_kafka();
  add_formats();
  add_threads();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
