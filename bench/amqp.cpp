// SPDX-License-Identifier: Apache-2.0
// The cost of a context in the headers of an AMQP message.

#include <baton/baton.hpp>
#include <baton/carriers/amqp.hpp>
#include <string_view>
#include <vector>

#include "report.hpp"

namespace {

using baton::amqp::Pool;
using bench::measure;

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

amqp_bytes_t bytes(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

amqp_table_entry_t entry(std::string_view name, std::string_view value) {
  amqp_table_entry_t made = {};
  made.key = bytes(name);
  made.value.kind = AMQP_FIELD_KIND_UTF8;
  made.value.value.bytes = bytes(value);
  return made;
}

/// The application's headers, and those of a context or none.
std::vector<amqp_table_entry_t> entries(bool with_context) {
  std::vector<amqp_table_entry_t> all{entry("content", "order"), entry("schema", "orders/3"),
                                      entry("tenant", "acme")};
  if (with_context) {
    all.push_back(entry("traceparent", parent));
    all.push_back(entry("tracestate", state));
    all.push_back(entry("baggage", baggage));
  }
  return all;
}

amqp_table_t table_of(std::vector<amqp_table_entry_t>& entries) {
  return {static_cast<int>(entries.size()), entries.data()};
}

void extract(benchmark::State& s, bool with_context) {
  auto all = entries(with_context);
  const amqp_table_t table = table_of(all);
  measure(s, [&] { benchmark::DoNotOptimize(baton::amqp::extract(table)); });
}
void extract_full(benchmark::State& s) { extract(s, true); }
void extract_nothing(benchmark::State& s) { extract(s, false); }

void inject(benchmark::State& s) {
  auto sent = entries(true);
  const baton::Context context = baton::amqp::extract(table_of(sent));
  auto all = entries(false);
  Pool pool;
  measure(s, [&] {
    pool.recycle();
    amqp_table_t table = table_of(all);
    baton::amqp::inject(table, pool, context);
    benchmark::DoNotOptimize(table.entries);
  });
}

BENCHMARK(extract_full);
BENCHMARK(extract_nothing);
BENCHMARK(inject);

const std::vector<bench::Row> rows{
    {"extract all three of six headers", "extract_full", "", ""},
    {"extract, nothing among three", "extract_nothing", "", ""},
    {"inject three beside three headers", "inject", "", ""},
};

bool works() {
  auto sent = entries(true);
  const baton::Context context = baton::amqp::extract(table_of(sent));
  auto all = entries(false);
  Pool pool;
  amqp_table_t table = table_of(all);
  baton::amqp::inject(table, pool, context);
  return context.baggage().header() == baggage && baton::amqp::extract(table) == context;
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
