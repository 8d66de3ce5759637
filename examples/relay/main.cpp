// SPDX-License-Identifier: Apache-2.0
/// The end-to-end demonstration: four services, with HTTP, gRPC, Kafka and Celery between them, and
/// the path of each trace.

#include <unistd.h>

#include <baton/baton.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <string>

#include "demonstration.hpp"
#include "exporters.hpp"
#include "load.hpp"
#include "relay.hpp"
#include "support/options.hpp"
#include "tree.hpp"

namespace {

namespace net = boost::asio;

struct Options {
  bool stays_up = false;
  bool is_json = false;
  bool exports = false;
  bool is_part = false;  ///< other programs take part: no journey is complete here
  std::size_t requests = 0;
  std::size_t concurrency = 16;
  relay::RelayOptions relay;
};

relay::Style style_of_stdout() {
  const char* const no_color = std::getenv("NO_COLOR");
  const bool is_plain = ::isatty(STDOUT_FILENO) == 0 || (no_color != nullptr && *no_color != '\0');
  return is_plain ? relay::Style::plain : relay::Style::colored;
}

/// Returns the number of broken traces.
std::size_t send_requests(const Options& options) {
  net::io_context io(1);
  relay::Client client(io, options.relay.make_tracer("caller"));
  relay::Journal journal([&](relay::Journey journey) { client.arrive(std::move(journey)); });
  relay::Demonstration shown;
  relay::Summary summary;
  {
    const relay::Relay relay(journal, options.relay);
    if (options.requests == 0) {
      const relay::Format format = options.is_json ? relay::Format::json : relay::Format::text;
      shown = relay::demonstrate(io, client, relay.port(), format, style_of_stdout());
    } else {
      summary = relay::run_load(io, client, relay.port(),
                                {.requests = options.requests,
                                 .concurrency = options.concurrency,
                                 .shows_progress = ::isatty(STDERR_FILENO) != 0});
      summary.faults = relay.faults();
    }
  }
  for (relay::Journey& journey : journal.take_incomplete()) client.arrive(std::move(journey));
  io.restart();
  io.run();
  if (options.requests == 0) {
    std::cout << shown.output;
    return shown.broken + client.strays();
  }
  summary.broken += client.strays();
  if (options.is_json) {
    std::cout << boost::json::serialize(to_json(summary)) << '\n';
  } else {
    std::cout << to_text(summary, style_of_stdout());
  }
  return summary.broken;
}

void show_how_to_call(const std::string& url) {
  std::cout << "try\n"
            << "  curl -d tea " << url << '\n'
            << "  curl -d tea -H 'traceparent: "
               "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' "
            << url << '\n'
            << "  curl -d tea -H 'b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-d' " << url
            << '\n'
            << "and Ctrl-C to end\n\n"
            << std::flush;
}

/// Shows each journey, until a signal. Returns the number of broken traces.
std::size_t serve(const Options& options) {
  std::mutex mutex;
  std::size_t broken = 0;
  const auto show = [&](const relay::Journey& journey) {
    if (options.is_part) return;
    const std::vector<std::string> complaints = complaints_about(journey);
    const std::lock_guard lock(mutex);
    if (!complaints.empty()) ++broken;
    if (options.is_json) {
      std::cout << boost::json::serialize(to_json(journey)) << '\n' << std::flush;
      return;
    }
    std::cout << draw("a request", journey, complaints, style_of_stdout()) << '\n' << std::flush;
  };
  relay::Journal journal(show);
  {
    const relay::Relay relay(journal, options.relay);
    const std::string url = "http://127.0.0.1:" + std::to_string(relay.port()) + "/orders";
    std::cout << "listening on " << url << '\n' << std::flush;
    if (!options.is_json) show_how_to_call(url);
    net::io_context io(1);
    net::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([](const boost::system::error_code&, int) {});
    io.run();
  }
  for (const relay::Journey& journey : journal.take_incomplete()) show(journey);
  return broken;
}

bool run(Options& options) {
  relay::Exporters exporters;
  options.relay.make_tracer = relay::make_id_tracer;
  if (options.exports) {
    options.relay.make_tracer = [&](std::string_view name) { return exporters.make_tracer(name); };
  }
  const relay::RealParts& real = options.relay.real;
  options.is_part = !real.tasks.empty() || !real.gateway.empty() || real.parcels != relay::topic;
  options.relay.max_connections = options.concurrency + 16;
  const std::size_t broken = options.stays_up ? serve(options) : send_requests(options);
  if (!options.exports) return broken == 0;
  const baton::ExportCounts counts = exporters.shutdown();
  std::cerr << "exported " << counts.exported << " of " << counts.ended << " spans\n";
  return broken == 0 && counts.exported == counts.ended;
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
  app.add_flag("--faults", options.relay.is_failing, "Let the Kafka broker fail at random");
  app.add_flag("--export", options.exports,
               "Send the spans to a backend, as OTEL_TRACES_EXPORTER, OTEL_EXPORTER_* and\n"
               "OTEL_BSP_* say; a span that it does not get is a failure");
  const auto add_real = [&](const std::string& name, auto& target, const std::string& type,
                            const std::string& description) {
    return app.add_option(name, target, description)
        ->type_name(type)
        ->needs(serves)
        ->group("Real parts");
  };
  CLI::Option* const brokers = add_real("--brokers", options.relay.real.brokers, "HOSTS",
                                        "Kafka, in place of the mock broker");
  add_real("--tasks", options.relay.real.tasks, "URL",
           "The broker of Celery's workers, redis: or amqp:, which take the place of mailer");
  add_real("--gateway", options.relay.real.gateway, "HOST:PORT",
           "A gRPC service between edge and orders");
  add_real("--orders-port", options.relay.real.orders_port, "N", "Where that one finds orders");
  add_real("--parcels", options.relay.real.parcels, "TOPIC",
           "Where shipping finds orders that another service has read and written again")
      ->needs(brokers);
  app.add_flag("--json", options.is_json, "Print JSON; of --serve, a line for each request");
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
    return run(options) ? EXIT_SUCCESS : EXIT_FAILURE;
  } catch (const std::exception& exception) {
    std::cerr << "relay: " << exception.what() << '\n';
    return EXIT_FAILURE;
  }
}
