// SPDX-License-Identifier: Apache-2.0
// Decides as the sampler of OTEL_TRACES_SAMPLER about a child of each context that comes in, for
// test_sampling.py. A line in: traceparent, a tab, tracestate. A line out: "sample" or "drop", a
// tab, the tracestate. Without a traceparent, a new trace starts.
#include <baton/baton.hpp>

#include <iostream>
#include <map>
#include <string>

int main() {
  const baton::ConfiguredSampler configured = baton::make_sampler_from_environment();
  std::cerr << configured.error;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t tab = line.find('\t');
    const std::map<std::string, std::string, std::less<>> fields = {
        {"traceparent", line.substr(0, tab)}, {"tracestate", line.substr(tab + 1)}};
    baton::Context parent;
    baton::TraceContextPropagator().extract(baton::MapCarrier(fields), parent, nullptr);
    const baton::Context child =
        baton::IdTracer::context_of({.parent = parent}, *configured.sampler);
    std::cout << to_string(child.sampling()) << '\t' << child.span_context().trace_state.header()
              << '\n';
  }
}
