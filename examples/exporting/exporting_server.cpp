// SPDX-License-Identifier: Apache-2.0
/// A server whose spans go to a trace backend, as OpenTelemetry's variables say, such as
/// OTEL_TRACES_EXPORTER and OTEL_SERVICE_NAME. `/metrics` counts them for Prometheus.

#include <baton/baton.hpp>
#include <baton/carriers/beast.hpp>
#include <baton/exporter/exporting_tracer.hpp>
#include <iostream>
#include <string>

#include "support/listener.hpp"

namespace net = boost::asio;
namespace http = boost::beast::http;

namespace {

net::awaitable<example::Response> answer(const example::Request& request) {
  const std::string text =
      baton::in_span("greet", [&] { return "hello, " + std::string(request.target()) + '\n'; });
  const bool is_known = request.target() != "/error";
  co_return example::make_response(
      is_known ? http::status::ok : http::status::internal_server_error, text);
}

}  // namespace

int main(int argc, char** argv) {
  const auto [tracer, error] = baton::make_exporting_tracer_from_environment();
  if (!error.empty()) std::cerr << "exporting_server: " << error << '\n';
  baton::set_global_tracer(tracer);

  const auto handle =
      [&tracer = tracer](const example::Request& request) -> net::awaitable<example::Response> {
    if (request.target() == "/metrics") {
      const baton::ExportCounts counts =
          tracer != nullptr ? tracer->counts() : baton::ExportCounts();
      co_return example::make_response(http::status::ok, to_prometheus(counts));
    }
    co_return co_await baton::http::co_serve(request, answer);
  };
  const int status = example::run_server(argc, argv, "Answers, and exports its spans.", handle);
  if (tracer != nullptr) tracer->shutdown();
  return status;
}
