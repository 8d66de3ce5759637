// SPDX-License-Identifier: Apache-2.0
// The cost of a context in a JSON payload, beside one pass over its bytes and beside Boost.JSON's
// parse and serialize.

#include <baton/baton.hpp>
#include <baton/carriers/celery/envelope.hpp>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

#include "report.hpp"

namespace {

using bench::measure;

constexpr std::size_t small = 1024;
constexpr std::size_t large = 1024 * 1024;

/// An envelope as Celery's producers write it; its body fills it up to that size.
std::string envelope_of(std::size_t size, bool body_first = true) {
  const std::string id = R"("6c3f5e2a-0d6a-4a53-9a40-3d5f3a0c1b7e")";
  const std::string headers =
      R"("headers": {"lang": "py", "task": "orders.ship", "id": )" + id +
      R"(, "shadow": null, "eta": null, "expires": null, "group": null, "group_index": null, )" +
      R"("retries": 0, "timelimit": [null, null], "root_id": )" + id +
      R"(, "parent_id": null, "argsrepr": "[7]", "kwargsrepr": "{}", "origin": "gen1@host", )" +
      R"("ignore_result": false})";
  const std::string properties =
      R"("properties": {"correlation_id": )" + id +
      R"(, "delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": "celery"}, )" +
      R"("priority": 0, "body_encoding": "base64", "delivery_tag": "8d1f"})";
  const std::string kind = R"("content-encoding": "utf-8", "content-type": "application/json", )";
  std::string body = R"("body": ")";
  const std::size_t rest = headers.size() + properties.size() + kind.size() + body.size() + 7;
  body += std::string(size - rest, 'W') + '"';
  if (!body_first) return "{" + kind + headers + ", " + properties + ", " + body + "}";
  return "{" + body + ", " + kind + headers + ", " + properties + "}";
}

baton::Context context() {
  static const baton::Context made = baton::Context().child();
  return made;
}

const baton::PropagatorChain& w3c() {
  static const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;
  return chain;
}

/// The least work of a reader of strings: compare each byte with the wanted one. GCC compiles it to
/// a loop over single bytes.
[[gnu::noinline]] const char* scan_bytes(const char* at, const char* end, char wanted) {
  while (at != end && *at != wanted) ++at;
  return at;
}

void floor_bytes(benchmark::State& s, std::size_t size) {
  const std::string text = envelope_of(size);
  measure(s, [&] {
    benchmark::DoNotOptimize(scan_bytes(text.data(), text.data() + text.size(), '\0'));
  });
}

void floor_memchr(benchmark::State& s, std::size_t size) {
  const std::string text = envelope_of(size);
  measure(s, [&] { benchmark::DoNotOptimize(std::memchr(text.data(), '\0', text.size())); });
}

/// Each injection is into an envelope without a context: the fields of the last one are cut out by
/// hand. The text has room to grow, or not.
void inject(benchmark::State& s, std::size_t size, bool body_first) {
  const std::string fresh = envelope_of(size, body_first);
  std::string text = fresh;
  text.reserve(size * 2);
  (void)baton::celery::inject(text, context(), {.chain = w3c()});
  const std::size_t at = static_cast<std::size_t>(
      std::mismatch(fresh.begin(), fresh.end(), text.begin()).first - fresh.begin());
  const std::size_t grown = text.size() - fresh.size();
  measure(s, [&] {
    text.erase(at, grown);
    benchmark::DoNotOptimize(baton::celery::inject(text, context(), {.chain = w3c()}));
  });
}

void inject_anew(benchmark::State& s, std::size_t size) {
  const std::string fresh = envelope_of(size);
  measure(s, [&] {
    std::string text(fresh);
    benchmark::DoNotOptimize(baton::celery::inject(text, context(), {.chain = w3c()}));
  });
}

void boost_parse_and_serialize(benchmark::State& s, std::size_t size) {
  const std::string fresh = envelope_of(size);
  const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  measure(s, [&] {
    boost::json::value envelope = boost::json::parse(fresh);
    envelope.as_object()["headers"].as_object()["traceparent"] = parent;
    benchmark::DoNotOptimize(boost::json::serialize(envelope));
  });
}

void extract(benchmark::State& s, std::size_t size) {
  std::string text = envelope_of(size);
  (void)baton::celery::inject(text, context(), {.chain = w3c()});
  measure(s, [&] { benchmark::DoNotOptimize(baton::celery::extract(text, {.chain = w3c()})); });
}

void bytes_1k(benchmark::State& s) { floor_bytes(s, small); }
void bytes_1m(benchmark::State& s) { floor_bytes(s, large); }
void memchr_1k(benchmark::State& s) { floor_memchr(s, small); }
void memchr_1m(benchmark::State& s) { floor_memchr(s, large); }
void inject_1k(benchmark::State& s) { inject(s, small, true); }
void inject_1m(benchmark::State& s) { inject(s, large, true); }
void inject_1m_body_behind(benchmark::State& s) { inject(s, large, false); }
void inject_anew_1k(benchmark::State& s) { inject_anew(s, small); }
void inject_anew_1m(benchmark::State& s) { inject_anew(s, large); }
void extract_1k(benchmark::State& s) { extract(s, small); }
void extract_1m(benchmark::State& s) { extract(s, large); }
void boost_1k(benchmark::State& s) { boost_parse_and_serialize(s, small); }
void boost_1m(benchmark::State& s) { boost_parse_and_serialize(s, large); }

BENCHMARK(bytes_1k);
BENCHMARK(bytes_1m);
BENCHMARK(memchr_1k);
BENCHMARK(memchr_1m);
BENCHMARK(inject_1k);
BENCHMARK(inject_1m);
BENCHMARK(inject_1m_body_behind);
BENCHMARK(inject_anew_1k);
BENCHMARK(inject_anew_1m);
BENCHMARK(extract_1k);
BENCHMARK(extract_1m);
BENCHMARK(boost_1k);
BENCHMARK(boost_1m);

const std::vector<bench::Row> rows = {
    {"1 KiB: inject / byte loop", "inject_1k", "bytes_1k", "<= 2x"},
    {"1 KiB: inject / memchr", "inject_1k", "memchr_1k", ""},
    {"1 KiB: copy and inject / byte loop", "inject_anew_1k", "bytes_1k", ""},
    {"1 KiB: extract / byte loop", "extract_1k", "bytes_1k", "<= 2x"},
    {"1 KiB: Boost.JSON / byte loop", "boost_1k", "bytes_1k", ""},
    {"1 MiB: inject / byte loop", "inject_1m", "bytes_1m", "<= 2x"},
    {"1 MiB: inject / memchr", "inject_1m", "memchr_1m", ""},
    {"1 MiB: inject, body behind / byte loop", "inject_1m_body_behind", "bytes_1m", "<= 2x"},
    {"1 MiB: copy and inject / byte loop", "inject_anew_1m", "bytes_1m", ""},
    {"1 MiB: extract / byte loop", "extract_1m", "bytes_1m", "<= 2x"},
    {"1 MiB: Boost.JSON / byte loop", "boost_1m", "bytes_1m", ""},
};

bool works() {
  for (const std::size_t size : {small, large}) {
    for (const bool body_first : {true, false}) {
      std::string text = envelope_of(size, body_first);
      if (text.size() != size) return false;
      if (!baton::celery::inject(text, context(), {.chain = w3c()})) return false;
      if (baton::celery::extract(text, {.chain = w3c()}).span_context().span_id !=
          context().span_context().span_id) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::cerr << "envelopes of " << envelope_of(small).size() << " and " << envelope_of(large).size()
            << " bytes\n";
  return bench::run(argc, argv, rows, works());
}
