// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <thread>

namespace gateway {
namespace {

constexpr std::size_t max_threads = 256;
constexpr std::int64_t max_seconds = 24 * 60 * 60;

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text + "; see migration_gateway --help\n";
}

std::string check_address(const std::string& text) {
  boost::system::error_code error;
  boost::asio::ip::make_address(text, error);
  return error ? "not an IP address: " + text : std::string();
}

void add_seconds(CLI::App& app, const std::string& name, std::int64_t& seconds, std::int64_t least,
                 const std::string& description) {
  app.add_option(name, seconds, description)
      ->check(CLI::Range(least, max_seconds))
      ->type_name("SECONDS")
      ->capture_default_str();
}

}  // namespace

std::variant<Options, EarlyExit> parse_options(int count, const char* const* words) {
  Options options;
  options.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, max_threads);
  std::string upstream;
  std::int64_t client_timeout = options.client_timeout.count();
  std::int64_t upstream_timeout = options.upstream_timeout.count();
  std::int64_t grace = options.grace.count();
  bool no_propagation = false;

  CLI::App app("Forwards HTTP/1.1 requests with their trace context in other formats.",
               "migration_gateway");
  app.set_help_flag("-h,--help", "Print this help and exit");
  app.footer(
      "The environment sets the formats: OTEL_PROPAGATORS, or BATON_EXTRACT for those to read and\n"
      "BATON_INJECT for those to write; BATON_POLICY, BATON_B3_SHORT_TRACE_IDS,\n"
      "BATON_SAMPLING_IN_TRACESTATE.\n"
      "Ends on SIGINT or SIGTERM. Exit status: 0 ended; 1 could not run; 2 wrong usage.");
  app.add_option("--upstream", upstream, "The service that receives the requests")
      ->required()
      ->type_name("http://HOST[:PORT]");
  app.add_option("--address", options.address, "The address to listen on")
      ->check(check_address)
      ->type_name("ADDRESS")
      ->capture_default_str();
  app.add_option("--port", options.port, "The port to listen on; 0: any")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--admin-port", options.admin_port, "The port of /metrics on 127.0.0.1; 0: any")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "The number of threads")
      ->check(CLI::Range(std::size_t{1}, max_threads))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--max-connections", options.max_connections,
                 "The limit of client connections; more are closed")
      ->check(CLI::PositiveNumber)
      ->type_name("N")
      ->capture_default_str();
  add_seconds(app, "--client-timeout", client_timeout, 1,
              "For a client to send a header or the next part of a body, or to read one");
  add_seconds(app, "--upstream-timeout", upstream_timeout, 1,
              "The same for the upstream, and to connect");
  add_seconds(app, "--grace", grace, 0, "For requests in progress when the gateway is told to end");
  app.add_flag("--no-propagation", no_propagation, "Forward the trace context unchanged");

  try {
    app.parse(count, words);
  } catch (const CLI::CallForHelp&) {
    return EarlyExit{0, app.help()};
  } catch (const CLI::ParseError& error) {
    return EarlyExit{2, one_line(error.what())};
  }

  const std::optional<example::Url> url = example::parse_url(upstream);
  if (!url || url->target != "/") {
    return EarlyExit{2, one_line("--upstream must be http://HOST[:PORT]")};
  }
  options.upstream = *url;
  options.propagates = !no_propagation;
  options.client_timeout = std::chrono::seconds(client_timeout);
  options.upstream_timeout = std::chrono::seconds(upstream_timeout);
  options.grace = std::chrono::seconds(grace);
  return options;
}

}  // namespace gateway
