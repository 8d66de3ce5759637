// SPDX-License-Identifier: Apache-2.0
/// The end-to-end demonstration: an edge and a backend on loopback, real requests through both, and
/// the path of each trace.

#include <unistd.h>

#include <baton/baton.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/json/parse.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "scenarios.hpp"
#include "services.hpp"
#include "support/options.hpp"
#include "table.hpp"

namespace {

namespace net = boost::asio;
using net::ip::tcp;

/// Both services on one io_context, which the caller must run.
class Relay {
 public:
  explicit Relay(net::io_context& io)
      : backend_(io, 0, relay::make_backend()), edge_(io, 0, relay::make_edge(backend_.port())) {}

  [[nodiscard]] unsigned short port() const { return edge_.port(); }
  void stop() {
    edge_.stop();
    backend_.stop();
  }

 private:
  example::Listener backend_;
  example::Listener edge_;
};

/// Sends the fields exactly as given, even if a correct client would refuse to send them.
std::vector<relay::Hop> send(unsigned short port, const relay::Scenario& scenario) {
  std::string request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n";
  for (const std::string_view field : scenario.fields) request.append(field).append("\r\n");
  request += "Connection: close\r\n\r\n";

  net::io_context io;
  tcp::socket socket(io);
  socket.connect({net::ip::address_v4::loopback(), port});
  net::write(socket, net::buffer(request));
  boost::beast::flat_buffer buffer;
  example::Response response;
  boost::beast::http::read(socket, buffer, response);
  std::vector<relay::Hop> hops = relay::hops_from_json(boost::json::parse(response.body()));
  if (hops.size() != 2) throw std::runtime_error("the request did not reach both services");
  return hops;
}

/// The number of scenarios that failed.
std::size_t demonstrate(unsigned short port, relay::Style style) {
  std::size_t broken = 0;
  for (const relay::Scenario& scenario : relay::scenarios()) {
    const std::vector<relay::Hop> hops = send(port, scenario);
    const std::vector<std::string> complaints = scenario.check(hops[0], hops[1]);
    std::cout << paint(std::string(scenario.title), "1", style) << '\n' << draw(hops, style);
    if (complaints.empty()) {
      std::cout << "  " << paint("held", "32", style) << "\n\n";
      continue;
    }
    ++broken;
    for (const std::string& complaint : complaints) {
      std::cout << "  " << paint("BROKEN  " + complaint, "31", style) << '\n';
    }
    std::cout << '\n';
  }
  std::cout << relay::scenarios().size() - broken << " of " << relay::scenarios().size()
            << " traces held\n";
  return broken;
}

int serve(net::io_context& io, Relay& relay) {
  net::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) relay.stop();
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(relay.port()) + "/";
  std::cout << "listening on " << url << "\ntry\n"
            << "  curl " << url << '\n'
            << "  curl -H 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' "
            << url << '\n'
            << "  curl -H 'b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d' " << url << '\n'
            << "  curl -H 'Accept: application/json' -H 'b3: 0' " << url << '\n'
            << "and Ctrl-C to end\n"
            << std::flush;
  io.run();
  return EXIT_SUCCESS;
}

relay::Style style_of_stdout() {
  const char* const no_color = std::getenv("NO_COLOR");
  const bool is_plain = ::isatty(STDOUT_FILENO) == 0 || (no_color != nullptr && *no_color != '\0');
  return is_plain ? relay::Style::plain : relay::Style::coloured;
}

}  // namespace

int main(int argc, char** argv) {
  bool stays_up = false;
  CLI::App app(
      "Sends requests through an edge and a backend on 127.0.0.1 and shows the path of each "
      "trace.\n"
      "The exit status is 0 if no trace was broken.",
      "relay");
  app.add_flag("--serve", stays_up, "Serve requests instead, until SIGINT or SIGTERM");
  if (const std::optional<int> status = example::parse_options(app, argc, argv)) return *status;

  try {
    // A migration: W3C and B3 are read, and both are sent.
    baton::set_global_chain(baton::make_chain("tracecontext,baggage,b3").chain);
    baton::set_global_tracer(std::make_shared<baton::IdTracer>());
    net::io_context io(1);
    Relay relay(io);
    if (stays_up) return serve(io, relay);

    std::thread server([&io] { io.run(); });
    std::size_t broken = 0;
    std::exception_ptr failure;
    try {
      broken = demonstrate(relay.port(), style_of_stdout());
    } catch (...) {
      failure = std::current_exception();
    }
    net::post(io, [&relay] { relay.stop(); });
    server.join();
    if (failure) std::rethrow_exception(failure);
    return broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& exception) {
    std::cerr << "relay: " << exception.what() << '\n';
    return EXIT_FAILURE;
  }
}
