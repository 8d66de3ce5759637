// SPDX-License-Identifier: Apache-2.0
/// A gateway for the migration from an old trace format to a new one. It receives the requests for
/// a service, reads the context in the formats that callers still send, forwards each request with
/// the context in the formats that the service reads, and changes nothing else.
///
///     export BATON_EXTRACT=tracecontext,baggage,b3 BATON_INJECT=tracecontext,baggage
///     BATON_POLICY=first_match migration_gateway --upstream http://127.0.0.1:9000 --port 8080
///
/// The path of a request:
///
///   session.cpp      reads its header from the client's connection
///   request.cpp      refuses requests that the upstream may read in another way
///   propagation.cpp  extract → inject, the purpose of the gateway
///   exchange.cpp     sends it to the upstream and the response back
///   body.cpp         relays bodies of any size, in little memory
///
/// `worker.cpp` is one of several threads that share only counters. `gateway.cpp` distributes
/// connections among them. `GET /metrics` on a port of its own shows whether callers still send the
/// old format: when its `baton_format_won_total` no longer grows, the gateway can be removed.
///
/// It is an example: no TLS, no HTTP/2, one upstream whose name is resolved once.

#include <baton/baton.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <iostream>
#include <sstream>

#include "gateway.hpp"
#include "support/listener.hpp"

namespace {

namespace net = boost::asio;
namespace http = boost::beast::http;

example::Response show(const gateway::Metrics& metrics, const example::Request& request) {
  if (request.target() != "/metrics") {
    return example::make_response(http::status::not_found, "not found: use /metrics\n");
  }
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    auto response = example::make_response(http::status::method_not_allowed, "GET /metrics\n");
    response.set(http::field::allow, "GET, HEAD");
    return response;
  }
  return example::make_response(http::status::ok, metrics.to_prometheus(),
                                "text/plain; version=0.0.4; charset=utf-8");
}

std::string url_of(const net::ip::tcp::endpoint& endpoint) {
  std::ostringstream text;
  text << "http://" << endpoint;
  return text.str();
}

void run(const gateway::Options& options) {
  gateway::Metrics metrics;
  net::io_context io(1);
  gateway::Gateway gateway(io, options, metrics);
  example::Listener admin(
      io, options.admin_port,
      [&metrics](const example::Request& request) -> net::awaitable<example::Response> {
        co_return show(metrics, request);
      });

  net::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    gateway.stop();
    admin.stop();
  });
  std::cout << "listening on " << url_of(gateway.endpoint()) << '\n'
            << "metrics on http://127.0.0.1:" << admin.port() << "/metrics\n"
            << std::flush;
  gateway.run();
}

}  // namespace

int main(int argc, char** argv) {
  const auto parsed = gateway::parse_options(argc, argv);
  if (const auto* exit = std::get_if<gateway::EarlyExit>(&parsed)) {
    (exit->status == 0 ? std::cout : std::cerr) << exit->text;
    return exit->status;
  }
  const auto& options = std::get<gateway::Options>(parsed);
  if (options.propagates && !baton::global_chain_error().empty()) {
    std::cerr << "warning: " << baton::global_chain_error() << '\n';
  }
  try {
    run(options);
    return 0;
  } catch (const std::exception& exception) {
    std::cerr << "error: " << exception.what() << '\n';
    return 1;
  }
}
