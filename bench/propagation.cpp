// SPDX-License-Identifier: Apache-2.0
// The cost of propagation, beside a floor that only looks up the same fields and copies their
// bytes: into one allocated block for tracestate and baggage, which must outlive the request, and
// else to the stack.

#include <baton/baton.hpp>

#include <array>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "report.hpp"

namespace {

using bench::measure;
using Fields = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view bad_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902B7-01";
constexpr std::string_view state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

/// A request with three fields that are not about tracing, and the given ones.
Fields request(Fields fields) {
  fields.merge(Fields{{"accept", "*/*"}, {"host", "example.com"}, {"user-agent", "bench/1"}});
  return fields;
}

const Fields& full_request() {
  static const Fields fields = request({{"traceparent", std::string(parent)},
                                        {"tracestate", std::string(state)},
                                        {"baggage", std::string(baggage)}});
  return fields;
}

std::string list(std::size_t members) {
  std::string text;
  for (std::size_t i = 0; i < members; ++i) {
    text +=
        (i == 0 ? "" : ",") + ("member" + std::to_string(i)) + "=value-" + std::to_string(i * 37);
  }
  return text;
}

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

void copy_fields(benchmark::State& s, const Fields& fields,
                 std::initializer_list<std::string_view> names, bool keeps) {
  measure(s, [&] {
    std::array<char, 512> stack;
    const std::unique_ptr<char[]> block(keeps ? new char[stack.size()] : nullptr);
    char* out = keeps ? block.get() : stack.data();
    for (const std::string_view name : names) {
      const auto found = fields.find(name);
      if (found == fields.end()) continue;
      std::memcpy(out, found->second.data(), found->second.size());
      out += found->second.size();
    }
    benchmark::DoNotOptimize(out);
    benchmark::ClobberMemory();
  });
}

void extract(benchmark::State& s, const baton::PropagatorChain& chain, const Fields& fields) {
  const baton::MapCarrier carrier(fields);
  measure(s, [&] {
    const baton::Context context = chain.extract(carrier);
    benchmark::DoNotOptimize(&context);
    benchmark::ClobberMemory();
  });
}

const baton::PropagatorChain& only(std::string_view name) {
  static std::map<std::string_view, baton::PropagatorChain> chains;
  const auto [chain, is_new] = chains.try_emplace(name);
  if (is_new) chain->second = baton::make_chain(name).chain;
  return chain->second;
}

// Extraction.

void floor_full(benchmark::State& s) {
  copy_fields(s, full_request(), {"traceparent", "tracestate", "baggage"}, true);
}
void extract_full(benchmark::State& s) { extract(s, w3c(), full_request()); }

const Fields& parent_request() {
  static const Fields fields = request({{"traceparent", std::string(parent)}});
  return fields;
}
void floor_parent(benchmark::State& s) {
  copy_fields(s, parent_request(), {"traceparent", "tracestate"}, false);
}
void extract_parent(benchmark::State& s) { extract(s, only("tracecontext"), parent_request()); }

void extract_bad_parent(benchmark::State& s) {
  static const Fields fields = request({{"traceparent", std::string(bad_parent)}});
  extract(s, only("tracecontext"), fields);
}

const Fields& empty_request() {
  static const Fields fields = request({});
  return fields;
}
void floor_nothing(benchmark::State& s) {
  copy_fields(s, empty_request(), {"traceparent", "baggage"}, false);
}
void extract_nothing(benchmark::State& s) { extract(s, w3c(), empty_request()); }

// Parsing of only the two lists.

void parse_trace_state(benchmark::State& s) {
  const std::string text = list(32);
  measure(s, [&] { benchmark::DoNotOptimize(baton::TraceState::parse(text)); });
}
void parse_baggage(benchmark::State& s) {
  const std::string text = list(64);
  measure(s, [&] { benchmark::DoNotOptimize(baton::Baggage::parse(text)); });
}

// Injection into a carrier that already has the fields, such as a request that is sent again.

void floor_inject(benchmark::State& s) {
  Fields fields = full_request();
  baton::MapCarrier carrier(fields);
  measure(s, [&] {
    carrier.set("traceparent", parent);
    carrier.set("tracestate", state);
    carrier.set("baggage", baggage);
    benchmark::ClobberMemory();
  });
}
void inject_full(benchmark::State& s) {
  Fields fields = full_request();
  baton::MapCarrier carrier(fields);
  const baton::Context context = w3c().extract(carrier);
  measure(s, [&] {
    w3c().inject(context, carrier);
    benchmark::ClobberMemory();
  });
}

// Other work of every request.

void global_chain(benchmark::State& s) {
  measure(s, [] { benchmark::DoNotOptimize(&baton::global_chain()); });
}
void attach_detach(benchmark::State& s) {
  const baton::Context context = w3c().extract(baton::MapCarrier(full_request()));
  measure(s, [&] {
    const baton::Scope scope(context);
    benchmark::DoNotOptimize(&baton::current());
  });
}
void child(benchmark::State& s) {
  const baton::Context context = w3c().extract(baton::MapCarrier(full_request()));
  measure(s, [&] {
    const baton::Context next = context.child();
    benchmark::DoNotOptimize(&next);
    benchmark::ClobberMemory();
  });
}

BENCHMARK(floor_full);
BENCHMARK(extract_full);
BENCHMARK(floor_parent);
BENCHMARK(extract_parent);
BENCHMARK(extract_bad_parent);
BENCHMARK(floor_nothing);
BENCHMARK(extract_nothing);
BENCHMARK(parse_trace_state);
BENCHMARK(parse_baggage);
BENCHMARK(floor_inject);
BENCHMARK(inject_full);
BENCHMARK(global_chain);
BENCHMARK(global_chain)->Threads(2);
BENCHMARK(attach_detach);
BENCHMARK(child);

const std::vector<bench::Row> rows{
    {"extract traceparent, tracestate (2), baggage (3)", "extract_full", "floor_full",
     "<= 2.2x, 1 alloc"},
    {"extract traceparent alone", "extract_parent", "floor_parent", "<= 1.6x, 0"},
    {"inject the same three", "inject_full", "floor_inject", "<= 45 ns beyond, 0"},
    {"extract, nothing there", "extract_nothing", "floor_nothing", "<= 1.35x, 0"},
    {"extract, bad traceparent (floor: a good one)", "extract_bad_parent", "extract_parent",
     "<= 1x, 0"},
    {"tracestate of 32 members", "parse_trace_state", "", "<= 300 ns, 1"},
    {"baggage of 64 members", "parse_baggage", "", "<= 1000 ns, 1"},
    {"get the global chain", "global_chain", "", "<= 1.5 ns"},
    {"get the global chain, 2 threads (time of each)", "global_chain/threads:2", "", "flat"},
    {"attach + detach", "attach_detach", "", "<= 4 ns, 0"},
    {"child of a context", "child", "", "0"},
};

bool works() {
  const baton::Context context = w3c().extract(baton::MapCarrier(full_request()));
  Fields sent;
  w3c().inject(context, baton::MapCarrier(sent));
  const bool round_trip = sent.at("traceparent") == parent && sent.at("tracestate") == state &&
                          sent.at("baggage") == baggage;
  const auto states = baton::TraceState::parse(list(32));
  return round_trip && states && states->size() == 32 &&
         baton::Baggage::parse(list(64)).size() == 64;
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
