// SPDX-License-Identifier: Apache-2.0
// The cost of a context in record headers, beside librdkafka's own calls for the same headers.

#include <baton/baton.hpp>
#include <baton/carriers/kafka.hpp>

#include <string_view>

#include "report.hpp"

namespace {

using baton::kafka::HeadersPointer;
using bench::measure;

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

void add(rd_kafka_headers_t* headers, std::string_view name, std::string_view value) {
  rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                      static_cast<ssize_t>(value.size()));
}

void add_application_headers(rd_kafka_headers_t* headers) {
  add(headers, "content-type", "application/json");
  add(headers, "schema", "orders/3");
  add(headers, "tenant", "acme");
}

HeadersPointer full_headers() {
  HeadersPointer headers(rd_kafka_headers_new(8));
  add_application_headers(headers.get());
  add(headers.get(), "traceparent", parent);
  add(headers.get(), "tracestate", state);
  add(headers.get(), "baggage", baggage);
  return headers;
}

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

void look_up(benchmark::State& s, std::initializer_list<const char*> names) {
  const HeadersPointer headers = full_headers();
  measure(s, [&] {
    for (const char* name : names) {
      const void* value = nullptr;
      std::size_t size = 0;
      rd_kafka_header_get_last(headers.get(), name, &value, &size);
      benchmark::DoNotOptimize(value);
      benchmark::DoNotOptimize(size);
    }
  });
}

void floor_extract(benchmark::State& s) { look_up(s, {"traceparent", "tracestate", "baggage"}); }
void extract(benchmark::State& s) {
  const HeadersPointer headers = full_headers();
  measure(s, [&] { benchmark::DoNotOptimize(baton::kafka::extract(*headers, {.chain = w3c()})); });
}

void floor_extract_nothing(benchmark::State& s) { look_up(s, {"x-parent", "x-state"}); }
void extract_nothing(benchmark::State& s) {
  HeadersPointer headers(rd_kafka_headers_new(8));
  add_application_headers(headers.get());
  measure(s, [&] { benchmark::DoNotOptimize(baton::kafka::extract(*headers, {.chain = w3c()})); });
}

void floor_inject(benchmark::State& s) {
  measure(s, [&] {
    const HeadersPointer headers(rd_kafka_headers_new(8));
    add_application_headers(headers.get());
    add(headers.get(), "traceparent", parent);
    add(headers.get(), "tracestate", state);
    add(headers.get(), "baggage", baggage);
  });
}
void inject(benchmark::State& s) {
  const HeadersPointer full = full_headers();
  const baton::Context context = baton::kafka::extract(*full, {.chain = w3c()});
  measure(s, [&] {
    const HeadersPointer headers(rd_kafka_headers_new(8));
    add_application_headers(headers.get());
    baton::kafka::inject(*headers, context, {.chain = w3c()});
  });
}

void floor_inject_parent(benchmark::State& s) {
  measure(s, [&] {
    const HeadersPointer headers(rd_kafka_headers_new(2));
    add(headers.get(), "traceparent", parent);
  });
}
void inject_parent(benchmark::State& s) {
  const baton::Context context = baton::Context().child();
  measure(s, [&] {
    const HeadersPointer headers(rd_kafka_headers_new(2));
    baton::kafka::inject(*headers, context, {.chain = w3c()});
  });
}

BENCHMARK(floor_extract);
BENCHMARK(extract);
BENCHMARK(floor_extract_nothing);
BENCHMARK(extract_nothing);
BENCHMARK(floor_inject);
BENCHMARK(inject);
BENCHMARK(floor_inject_parent);
BENCHMARK(inject_parent);

const std::vector<bench::Row> rows = {
    {"extract the three of six headers", "extract", "floor_extract", "<= 150 ns beyond"},
    {"extract, nothing among three", "extract_nothing", "floor_extract_nothing",
     "<= 150 ns beyond"},
    {"inject three beside three headers", "inject", "floor_inject", "<= 150 ns beyond"},
    {"inject traceparent alone", "inject_parent", "floor_inject_parent", "<= 150 ns beyond"},
};

bool works() {
  const HeadersPointer headers = full_headers();
  const baton::Context context = baton::kafka::extract(*headers, {.chain = w3c()});
  HeadersPointer fresh(rd_kafka_headers_new(8));
  baton::kafka::inject(*fresh, context, {.chain = w3c()});
  return context.span_context().is_valid() &&
         context.span_context().trace_state.header() == state &&
         context.baggage().header() == baggage && rd_kafka_header_cnt(fresh.get()) == 3 &&
         baton::kafka::extract(*fresh, {.chain = w3c()}) == context;
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
