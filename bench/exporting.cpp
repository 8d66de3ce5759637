// SPDX-License-Identifier: Apache-2.0
// What a span costs the thread that makes it while the exporter sends spans to a backend, which is
// in this process and takes everything.

#include <sys/socket.h>
#include <baton/baton.hpp>
#include <baton/carriers/http.hpp>
#include <baton/exporter/exporting_tracer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "report.hpp"

namespace net = boost::asio;
namespace http = boost::beast::http;

namespace {

using baton::Attribute;
using baton::ExportingTracer;
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Takes all that comes, over one connection.
class Backend {
 public:
  ~Backend() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    ::shutdown(socket_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/v1/traces";
  }

 private:
  void serve() {
    boost::system::error_code error;
    static_cast<void>(acceptor_.accept(socket_, error));
    boost::beast::flat_buffer buffer;
    while (!error) {
      http::request<http::string_body> request;
      http::read(socket_, buffer, request, error);
      http::response<http::empty_body> response;
      response.prepare_payload();
      if (!error) http::write(socket_, response, error);
    }
  }

  net::io_context io_;
  net::ip::tcp::acceptor acceptor_{io_, {net::ip::make_address("127.0.0.1"), 0}};
  net::ip::tcp::socket socket_{io_};
  std::thread thread_{[this] { serve(); }};
};

baton::ExportOptions options_for(std::string endpoint) {
  baton::ExportOptions options;
  options.endpoint = std::move(endpoint);
  options.service_name = "bench";
  options.sampler = baton::parent_based(baton::always_on());
  options.log = [](std::string_view) {};
  return options;
}

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

/// As a server's span is: five facts at the start, and one at the end.
void make_span(baton::Tracer& tracer, const baton::Context& parent) {
  static constexpr Attribute at_start[] = {{"http.request.method", "GET"},
                                           {"url.path", "/orders/17"},
                                           {"url.scheme", "http"},
                                           {"server.address", "shop.example"},
                                           {"server.port", std::int64_t{8080}}};
  static constexpr Attribute at_end[] = {{"http.response.status_code", std::int64_t{200}}};
  baton::Span span(&tracer, {.parent = parent,
                             .kind = baton::SpanKind::server,
                             .name = "GET /orders/{id}",
                             .attributes = at_start});
  span.end({.attributes = at_end});
}

const baton::Context& parent() {
  static const baton::Context context = baton::http::extract(request());
  return context;
}

/// Times `work`, and now and then, untimed, lets the exporter catch up.
template <class Work>
void measure_exported(benchmark::State& s, ExportingTracer& tracer, Work work) {
  constexpr int spans_of_a_pause = 1000;
  work();
  const std::size_t before = bench::allocations();
  work();
  s.counters["allocations"] = static_cast<double>(bench::allocations() - before);
  int made = 0;
  for (auto _ : s) {
    work();
    if (++made % spans_of_a_pause != 0) continue;
    s.PauseTiming();
    tracer.flush();
    s.ResumeTiming();
  }
  tracer.flush();
  const baton::ExportCounts counts = tracer.counts();
  if (counts.exported != counts.ended) s.SkipWithError("spans were dropped");
}

void ids(benchmark::State& s) {
  baton::IdTracer tracer(baton::parent_based(baton::always_on()));
  bench::measure(s, [&] { make_span(tracer, parent()); });
}

void exported(benchmark::State& s) {
  const Backend backend;
  ExportingTracer tracer(options_for(backend.url()));
  measure_exported(s, tracer, [&] { make_span(tracer, parent()); });
}

void not_sampled(benchmark::State& s) {
  ExportingTracer tracer(options_for("http://127.0.0.1:9/"));
  baton::Context context = parent();
  context.set_sampling(baton::Sampling::drop);
  bench::measure(s, [&] { make_span(tracer, context); });
}

/// The backend is down: nearly all spans find a full queue.
void dropped(benchmark::State& s) {
  ExportingTracer tracer(options_for("http://127.0.0.1:9/"));
  for (int i = 0; i < 5000; ++i) make_span(tracer, parent());
  bench::measure(s, [&] { make_span(tracer, parent()); });
  tracer.shutdown(std::chrono::milliseconds(1));
}

void serve(benchmark::State& s) {
  bench::measure(s, [] {
    baton::http::serve(request(), [] { benchmark::DoNotOptimize(&baton::current()); });
  });
}

void serve_exported(benchmark::State& s) {
  const Backend backend;
  ExportingTracer tracer(options_for(backend.url()));
  measure_exported(s, tracer, [&] {
    baton::http::serve(request(), [] { benchmark::DoNotOptimize(&baton::current()); },
                       {.tracer = &tracer});
  });
}

const std::vector<bench::Row> rows{
    {"a span, exported (floor: its ids alone)", "exported", "ids", "1 alloc"},
    {"a span that is not sampled", "not_sampled", "ids", "<= 1.2x, 0"},
    {"a span that finds the queue full", "dropped", "ids", "1"},
    {"serve a request, exported (floor: forwarding)", "serve_exported", "serve", ""},
};

}  // namespace

BENCHMARK(ids);
BENCHMARK(exported);
BENCHMARK(not_sampled);
BENCHMARK(dropped);
BENCHMARK(serve);
BENCHMARK(serve_exported);

int main(int argc, char** argv) { return bench::run(argc, argv, rows, true); }
