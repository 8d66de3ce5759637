// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <baton/exporter/exporting_tracer.hpp>
#include <chrono>
#include <cstdlib>

int main() {
  baton::ExportOptions options;
  options.endpoint = "http://127.0.0.1:9/v1/traces";  // nobody listens
  options.export_timeout = std::chrono::milliseconds(1);
  options.log = [](std::string_view) {};
  options.sampler = baton::always_on();
  baton::ExportingTracer tracer(options);
  {
    const baton::Span span(&tracer, {.parent = baton::Context(), .name = "work"});
  }
  tracer.shutdown();
  const baton::ExportCounts counts = tracer.counts();
  return counts.ended == 1 && counts.dropped.total() == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
