// SPDX-License-Identifier: Apache-2.0
/// The end-to-end demonstration: four services, with HTTP, gRPC, Kafka and Celery between them, and
/// the path of each trace.

#include <unistd.h>

#include <baton/baton.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>

#include "client.hpp"
#include "load.hpp"
#include "relay.hpp"
#include "support/options.hpp"
#include "tree.hpp"

namespace {

namespace net = boost::asio;

struct Options {
  bool stays_up = false;
  bool is_json = false;
  bool is_failing = false;
  std::size_t requests = 0;
  std::size_t concurrency = 16;
};

bool is_terminal(int file, const char* no_color) {
  return ::isatty(file) != 0 && (no_color == nullptr || *no_color == '\0');
}

relay::Style style_of_stdout() {
  return is_terminal(STDOUT_FILENO, std::getenv("NO_COLOR")) ? relay::Style::colored
                                                             : relay::Style::plain;
}

relay::RelayOptions relay_options(const Options& options) {
  return {.is_failing = options.is_failing, .max_connections = options.concurrency + 16};
}

/// The ids of the examples in the specifications.
relay::Sent example_request(std::size_t number) {
  return {baton::TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").value(),
          baton::SpanId::from_hex("00f067aa0ba902b7").value(), "order-" + std::to_string(number)};
}

/// One request of each kind of caller. Returns the number of broken traces.
net::awaitable<std::size_t> demonstrate(net::io_context& io, relay::Client& client,
                                        unsigned short port, bool is_json) {
  relay::Connection connection(io);
  co_await client.connect(connection, port);
  boost::json::array traces;
  std::size_t broken = 0;
  std::size_t number = 0;
  for (const relay::Caller& caller : relay::callers()) {
    const relay::Sent sent = example_request(++number);
    const relay::Outcome outcome = co_await client.order(connection, caller, sent);
    if (!outcome.complaints.empty()) ++broken;
    if (is_json) {
      boost::json::object trace = to_json(outcome.journey);
      trace["caller"] = caller.title;
      trace["complaints"] = boost::json::value_from(outcome.complaints);
      traces.push_back(std::move(trace));
    } else {
      std::cout << draw(caller.title, outcome.journey, outcome.complaints, style_of_stdout())
                << '\n';
    }
  }
  if (is_json) {
    const boost::json::object all{{"traces", std::move(traces)}, {"broken", broken}};
    std::cout << boost::json::serialize(all) << '\n';
  } else {
    std::cout << number - broken << " of " << number << " traces are whole\n";
  }
  co_return broken;
}

std::size_t demonstrate(const Options& options) {
  net::io_context io(1);
  relay::Client client(io);
  relay::Journal journal([&](relay::Journey journey) { client.arrive(std::move(journey)); });
  const relay::Relay relay(journal, relay_options(options));
  std::size_t broken = 0;
  std::exception_ptr failure;
  net::co_spawn(io, demonstrate(io, client, relay.port(), options.is_json),
                [&](const std::exception_ptr& thrown, std::size_t count) {
                  failure = thrown;
                  broken = count;
                });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return broken + client.strays();
}

std::size_t load(const Options& options) {
  net::io_context io(1);
  relay::Client client(io);
  relay::Journal journal([&](relay::Journey journey) { client.arrive(std::move(journey)); });
  relay::Summary summary;
  {
    const relay::Relay relay(journal, relay_options(options));
    summary = run_load(io, client, relay.port(),
                       {.requests = options.requests,
                        .concurrency = options.concurrency,
                        .shows_progress = ::isatty(STDERR_FILENO) != 0});
    summary.faults = relay.faults();
  }
  for (relay::Journey& journey : journal.take_incomplete()) client.arrive(std::move(journey));
  io.restart();
  io.run();
  summary.broken += client.strays();
  if (options.is_json) {
    std::cout << boost::json::serialize(to_json(summary)) << '\n';
  } else {
    std::cout << to_text(summary, style_of_stdout());
  }
  return summary.broken;
}

/// Shows the journey of each request that comes, until a signal. Returns the number of broken ones.
std::size_t serve(const Options& options) {
  std::size_t broken = 0;
  relay::Journal journal([&](const relay::Journey& journey) {
    static std::mutex mutex;
    const std::vector<std::string> complaints = complaints_about(journey);
    const std::lock_guard lock(mutex);
    if (!complaints.empty()) ++broken;
    std::cout << draw("a request", journey, complaints, style_of_stdout()) << '\n' << std::flush;
  });
  const relay::Relay relay(journal, relay_options(options));
  const std::string url = "http://127.0.0.1:" + std::to_string(relay.port()) + "/orders";
  std::cout << "listening on " << url << "\ntry\n"
            << "  curl -d tea " << url << '\n'
            << "  curl -d tea -H 'traceparent: "
               "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' "
            << url << '\n'
            << "  curl -d tea -H 'b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d' " << url
            << '\n'
            << "and Ctrl-C to end\n\n"
            << std::flush;
  net::io_context io(1);
  net::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([](const boost::system::error_code&, int) {});
  io.run();
  return broken;
}

void add_options(CLI::App& app, Options& options) {
  CLI::Option* const serves =
      app.add_flag("--serve", options.stays_up,
                   "Serve requests instead, and show the path of each, until SIGINT or SIGTERM");
  CLI::Option* const loads = app.add_option("--requests", options.requests,
                                            "Send that many requests instead, and show a summary")
                                 ->type_name("N")
                                 ->check(CLI::Range(1, 100'000'000))
                                 ->excludes(serves);
  app.add_option("--concurrency", options.concurrency, "How many of them at a time")
      ->type_name("M")
      ->check(CLI::Range(1, 1000))
      ->needs(loads)
      ->capture_default_str();
  app.add_flag("--faults", options.is_failing, "Let the Kafka broker fail at random");
  app.add_flag("--json", options.is_json, "Print JSON")->excludes(serves);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Sends orders through four services on 127.0.0.1, and shows the path of each trace:\n"
      "edge, by HTTP; orders, by gRPC; shipping, by Kafka; mailer, by Celery.\n"
      "The exit status is 0 if no trace was broken.",
      "relay");
  add_options(app, options);
  if (const std::optional<int> status = example::parse_options(app, argc, argv)) return *status;

  try {
    // A migration: W3C and B3 are read, and both are sent.
    baton::set_global_chain(baton::make_chain("tracecontext,baggage,b3").chain);
    const std::size_t broken = options.stays_up       ? serve(options)
                               : options.requests > 0 ? load(options)
                                                      : demonstrate(options);
    return broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& exception) {
    std::cerr << "relay: " << exception.what() << '\n';
    return EXIT_FAILURE;
  }
}
