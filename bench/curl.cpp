// SPDX-License-Identifier: Apache-2.0
// The cost of a context in the header fields of a request by libcurl. What curl's allocator takes
// is counted by the tests.

#include <baton/baton.hpp>
#include <baton/carriers/curl.hpp>
#include <string>
#include <string_view>

#include "report.hpp"

namespace {

using baton::curl::ConstSlistCarrier;
using bench::measure;

constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view state = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
constexpr std::string_view baggage = "userId=alice,serverNode=DF%2028,isProduction=false";

void add(curl_slist*& list, std::string_view name, std::string_view value) {
  list = curl_slist_append(list, std::string(name).append(": ").append(value).c_str());
}

/// The application's fields, and those of a context or none.
curl_slist* make_list(bool with_context) {
  curl_slist* list = nullptr;
  add(list, "Accept", "*/*");
  add(list, "Content-Type", "application/json");
  add(list, "User-Agent", "bench/1");
  if (!with_context) return list;
  add(list, "traceparent", parent);
  add(list, "tracestate", state);
  add(list, "baggage", baggage);
  return list;
}

baton::Context extract(const curl_slist* list) {
  return baton::global_chain().extract(ConstSlistCarrier(list));
}

void extract(benchmark::State& s, bool with_context) {
  curl_slist* const list = make_list(with_context);
  measure(s, [&] { benchmark::DoNotOptimize(extract(list)); });
  curl_slist_free_all(list);
}
void extract_full(benchmark::State& s) { extract(s, true); }
void extract_nothing(benchmark::State& s) { extract(s, false); }

/// As for a handle that is used again: no allocation.
void inject_again(benchmark::State& s) {
  curl_slist* list = make_list(true);
  const baton::Context context = extract(list);
  measure(s, [&] { benchmark::DoNotOptimize(baton::curl::inject(list, context)); });
  curl_slist_free_all(list);
}

/// As for a new list: six allocations of curl's, and their release.
void inject_anew(benchmark::State& s) {
  curl_slist* list = make_list(true);
  const baton::Context context = extract(list);
  measure(s, [&] {
    baton::curl::inject(list, baton::Context());
    benchmark::DoNotOptimize(baton::curl::inject(list, context));
  });
  curl_slist_free_all(list);
}

/// What a program without Baton does: three lines, and their release.
void append_three(benchmark::State& s) {
  const std::string lines[] = {"traceparent: " + std::string(parent),
                               "tracestate: " + std::string(state),
                               "baggage: " + std::string(baggage)};
  measure(s, [&] {
    curl_slist* list = nullptr;
    for (const std::string& line : lines) list = curl_slist_append(list, line.c_str());
    benchmark::DoNotOptimize(list);
    curl_slist_free_all(list);
  });
}

BENCHMARK(extract_full);
BENCHMARK(extract_nothing);
BENCHMARK(inject_again);
BENCHMARK(inject_anew);
BENCHMARK(append_three);

const std::vector<bench::Row> rows{
    {"extract all three of six lines", "extract_full", "", ""},
    {"extract, nothing among three", "extract_nothing", "", ""},
    {"inject three over themselves", "inject_again", "", ""},
    {"append three lines, free them", "append_three", "", ""},
    {"erase three, inject three anew", "inject_anew", "append_three", ""},
};

bool works() {
  curl_slist* sent = make_list(true);
  curl_slist* list = make_list(false);
  const baton::Context context = extract(sent);
  const bool is_right = baton::curl::inject(list, context) == CURLE_OK &&
                        context.baggage().header() == baggage && extract(list) == context;
  curl_slist_free_all(sent);
  curl_slist_free_all(list);
  return is_right;
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, rows, works()); }
