// SPDX-License-Identifier: Apache-2.0
// The cost of each format alone, beside a floor that only looks up its fields and copies their
// bytes, and the cost of the old formats of a migration for a request without them.

#include <baton/baton.hpp>

#include <array>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace {

using bench::measure;
using Fields = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view w3c_names = "tracecontext,baggage";
constexpr std::string_view migration_names = "tracecontext,baggage,b3,jaeger";

/// A request with three fields that are not about tracing, and the given ones.
Fields request(Fields fields) {
  fields.merge(Fields{{"accept", "*/*"}, {"host", "example.com"}, {"user-agent", "bench/1"}});
  return fields;
}

/// Without baggage, so that all formats carry the same.
baton::Context context() {
  baton::Context context;
  context.set_span_context({baton::TraceId(0x80f198ee56343ba8, 0x64fe8b2a57d3eff7),
                            baton::SpanId(0xe457b5a2e4d86bd1),
                            baton::TraceFlags(1),
                            true,
                            {}});
  return context;
}

Fields request_of(const baton::PropagatorChain& chain) {
  Fields fields;
  chain.inject(context(), baton::MapCarrier(fields));
  return request(fields);
}

void extract(benchmark::State& s, const baton::PropagatorChain& chain, const Fields& fields) {
  const baton::MapCarrier carrier(fields);
  measure(s, [&] {
    const baton::Context extracted = chain.extract(carrier);
    benchmark::DoNotOptimize(&extracted);
    benchmark::ClobberMemory();
  });
}

void copy_fields(benchmark::State& s, const baton::PropagatorChain& chain, const Fields& fields) {
  std::vector<std::string_view> names;
  for (const std::string_view name : chain.fields()) {
    if (fields.contains(name)) names.push_back(name);
  }
  measure(s, [&] {
    std::array<char, 512> stack;
    char* out = stack.data();
    for (const std::string_view name : names) {
      const std::string& value = fields.find(name)->second;
      std::memcpy(out, value.data(), value.size());
      out += value.size();
    }
    benchmark::DoNotOptimize(out);
    benchmark::ClobberMemory();
  });
}

void inject(benchmark::State& s, const baton::PropagatorChain& chain) {
  const baton::Context sent = context();
  Fields fields = request_of(chain);
  baton::MapCarrier carrier(fields);
  measure(s, [&] {
    chain.inject(sent, carrier);
    benchmark::ClobberMemory();
  });
}

baton::PropagatorChain chain_of(std::string_view names) { return baton::make_chain(names).chain; }

bool works(const baton::PropagatorChain& chain, const Fields& fields) {
  const baton::Context found = chain.extract(baton::MapCarrier(fields));
  return found.span_context().trace_id.low() == context().span_context().trace_id.low() &&
         found.span_context().span_id == context().span_context().span_id &&
         found.sampling() == baton::Sampling::sample;
}

/// Registers three benchmarks for a format, and their rows.
bool add_format(std::string_view name, std::vector<bench::Row>& rows) {
  const baton::PropagatorChain chain = chain_of(name);
  const Fields fields = request_of(chain);
  const std::string title(name);
  if (!works(chain, fields)) return false;
  const auto add = [](const std::string& id, const auto& run) {
    benchmark::RegisterBenchmark(id.c_str(), run);
  };
  add("floor_" + title, [=](benchmark::State& s) { copy_fields(s, chain, fields); });
  add("extract_" + title, [=](benchmark::State& s) { extract(s, chain, fields); });
  add("inject_" + title, [=](benchmark::State& s) { inject(s, chain); });
  rows.push_back({"extract " + title, "extract_" + title, "floor_" + title,
                  title == "b3" ? "<= 25 ns, 0" : "the same range, 0"});
  rows.push_back({"inject " + title, "inject_" + title, "", "0"});
  return true;
}

/// Registers the two chains over a request with only W3C's fields.
bool add_migration(const std::string& title, const Fields& fields, std::vector<bench::Row>& rows) {
  if (!works(chain_of(w3c_names), fields) || !works(chain_of(migration_names), fields))
    return false;
  const auto add = [&](const std::string& id, std::string_view names) {
    benchmark::RegisterBenchmark(
        id.c_str(), [chain = chain_of(names), fields](auto& s) { extract(s, chain, fields); });
  };
  add("w3c_" + title, w3c_names);
  add("migration_" + title, migration_names);
  rows.push_back({"W3C, b3, jaeger over " + title + " (floor: W3C)", "migration_" + title,
                  "w3c_" + title, "<= 1.5x"});
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<bench::Row> rows;
  bool all_work = true;
  for (const baton::RegisteredPropagator& known : baton::registered_propagators()) {
    if (known.traits.name != "baggage") all_work &= add_format(known.traits.name, rows);
  }
  const Fields parent = request_of(chain_of("tracecontext"));
  Fields full = parent;
  full["tracestate"] = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
  full["baggage"] = "userId=alice,serverNode=DF%2028,isProduction=false";
  all_work &= add_migration("traceparent", parent, rows);
  all_work &= add_migration("all three fields", full, rows);
  return bench::run(argc, argv, rows, all_work);
}
