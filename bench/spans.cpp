// SPDX-License-Identifier: Apache-2.0
// What the hook of the tracer costs a helper: serving and calling without one, beside the same
// steps by hand, and with the tracer that makes ids.

#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <string>
#include <utility>
#include <vector>

#include "report.hpp"

namespace {

using bench::measure;
using Fields = std::vector<std::pair<std::string, std::string>>;

const Fields& request() {
  static const Fields fields{
      {"accept", "*/*"},
      {"host", "example.com"},
      {"user-agent", "bench/1"},
      {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
      {"tracestate", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
      {"baggage", "userId=alice,serverNode=DF%2028,isProduction=false"}};
  return fields;
}

void use(const baton::Context& context) { benchmark::DoNotOptimize(&context); }

void serve_by_hand(benchmark::State& s) {
  measure(s, [] {
    const baton::Context context = baton::http::extract(request());
    const baton::Scope scope(context);
    use(baton::current());
  });
}

void serve(benchmark::State& s) {
  measure(s, [] { baton::http::serve(request(), [] { use(baton::current()); }); });
}

void serve_with_ids(benchmark::State& s) {
  baton::IdTracer tracer;
  measure(s, [&] {
    baton::http::serve(request(), [] { use(baton::current()); }, {.tracer = &tracer});
  });
}

void call_by_hand(benchmark::State& s) {
  const baton::Context context = baton::http::extract(request());
  const baton::Scope scope(context);
  Fields fields = request();
  measure(s, [&] {
    baton::http::inject(fields);
    use(baton::current());
  });
}

void call(benchmark::State& s) {
  const baton::Context context = baton::http::extract(request());
  const baton::Scope scope(context);
  Fields fields = request();
  measure(s, [&] { baton::http::call(fields, [] { use(baton::current()); }); });
}

void call_with_ids(benchmark::State& s) {
  baton::IdTracer tracer;
  const baton::Context context = baton::http::extract(request());
  const baton::Scope scope(context);
  Fields fields = request();
  measure(s,
          [&] { baton::http::call(fields, [] { use(baton::current()); }, {.tracer = &tracer}); });
}

const std::vector<bench::Row> rows{
    {"serve a request, forwarding", "serve", "serve_by_hand", "<= 1.02x the instructions"},
    {"serve a request, with ids", "serve_with_ids", "serve_by_hand", ""},
    {"make a call, forwarding", "call", "call_by_hand", "<= 1.02x the instructions"},
    {"make a call, with ids", "call_with_ids", "call_by_hand", ""},
};

}  // namespace

BENCHMARK(serve_by_hand);
BENCHMARK(serve);
BENCHMARK(serve_with_ids);
BENCHMARK(call_by_hand);
BENCHMARK(call);
BENCHMARK(call_with_ids);

int main(int argc, char** argv) { return bench::run(argc, argv, rows, true); }
