// SPDX-License-Identifier: Apache-2.0
// What the context of a new span costs, with a sampler's decision: without a tracestate, with
// others' members in it, and with OpenTelemetry's.

#include <baton/baton.hpp>

#include <memory>
#include <string_view>

#include "report.hpp"

namespace {

using bench::measure;
using SamplerPointer = std::shared_ptr<const baton::Sampler>;

constexpr baton::TraceId low_randomness(1, 0x0f00000000000000);
constexpr baton::TraceId high_randomness(1, 0x0ff0000000000000);

baton::Context parent_of(baton::TraceId trace_id, baton::Sampling sampling,
                         std::string_view state = "") {
  baton::Context context;
  context.set_span_context(
      {trace_id, baton::SpanId(1), baton::TraceFlags(), true,
       state.empty() ? baton::TraceState() : baton::TraceState::parse(state).value()},
      sampling);
  return context;
}

void decide(benchmark::State& s, const SamplerPointer& sampler, const baton::Context& parent) {
  measure(s, [&] {
    const baton::Context child = baton::IdTracer::context_of({.parent = parent}, *sampler);
    benchmark::DoNotOptimize(&child);
    benchmark::ClobberMemory();
  });
}

void sampled_parent(benchmark::State& s) {
  decide(s, baton::parent_based(baton::always_on()),
         parent_of(high_randomness, baton::Sampling::sample));
}
void new_trace(benchmark::State& s) {
  static const SamplerPointer sampler = baton::parent_based(baton::always_on());
  decide(s, sampler, {});
}
void ratio_drops(benchmark::State& s) {
  decide(s, baton::trace_id_ratio(0.5), parent_of(low_randomness, baton::Sampling::defer));
}
void ratio_samples(benchmark::State& s) {
  static const SamplerPointer sampler = baton::trace_id_ratio(0.5);
  decide(s, sampler, parent_of(high_randomness, baton::Sampling::defer));
}
void rate(benchmark::State& s) {
  static const SamplerPointer sampler = baton::rate_limited(100);
  decide(s, sampler, {});
}

constexpr std::string_view others = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";

void sampled_parent_with_ot(benchmark::State& s) {
  decide(s, baton::parent_based(baton::always_on()),
         parent_of(high_randomness, baton::Sampling::sample, "rojo=00f067aa0ba902b7,ot=th:8"));
}
void ratio_drops_with_others(benchmark::State& s) {
  decide(s, baton::trace_id_ratio(0.5), parent_of(low_randomness, baton::Sampling::defer, others));
}
void ratio_samples_with_others(benchmark::State& s) {
  decide(s, baton::trace_id_ratio(0.5), parent_of(high_randomness, baton::Sampling::defer, others));
}

BENCHMARK(sampled_parent);
BENCHMARK(new_trace);
BENCHMARK(new_trace)->Threads(2);
BENCHMARK(ratio_drops);
BENCHMARK(ratio_samples);
BENCHMARK(ratio_samples)->Threads(2);
BENCHMARK(rate);
BENCHMARK(sampled_parent_with_ot);
BENCHMARK(ratio_drops_with_others);
BENCHMARK(ratio_samples_with_others);

const std::vector<bench::Row> rows{
    {"a sampled parent is followed", "sampled_parent", "", "<= 40 ns, 0"},
    {"a new trace, always_on", "new_trace", "", "<= 40 ns, 0"},
    {"the same, 2 threads (time of each)", "new_trace/threads:2", "", "flat"},
    {"a ratio that drops", "ratio_drops", "", "<= 40 ns, 0"},
    {"a ratio that samples", "ratio_samples", "", "<= 40 ns, 0"},
    {"the same, 2 threads (time of each)", "ratio_samples/threads:2", "", ""},
    {"a rate that is used up", "rate", "", "<= 40 ns, 0"},
    {"a sampled parent with th is followed", "sampled_parent_with_ot", "", "0"},
    {"a ratio that drops, tracestate of others", "ratio_drops_with_others", "", "0"},
    {"a ratio that samples, tracestate of others", "ratio_samples_with_others", "", "1"},
};

bool works() {
  const baton::Context parent = parent_of(high_randomness, baton::Sampling::defer, others);
  const auto child = baton::IdTracer::context_of({.parent = parent}, *baton::trace_id_ratio(0.5));
  const baton::TraceState& state = child.span_context().trace_state;
  return child.sampling() == baton::Sampling::sample && state.get("ot") == "th:8" &&
         state.size() == 3;
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
