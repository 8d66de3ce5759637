// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/arguments.hpp"

#include <CLI/CLI.hpp>
#include <cmath>

#include "tools/must_be_number.hpp"

namespace baton::tool::probe {
namespace {

/// A check for CLI11, to whose ranges NaN belongs. Empty: it is a finite number, or none.
std::string must_be_finite(const std::string& text) {
  double number = 0;
  const bool is_number = CLI::detail::lexical_cast(text, number);
  return is_number && !std::isfinite(number) ? "'" + text + "' is not a finite number" : "";
}

void add_requests(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("URL", arguments.url, "The service, http://HOST[:PORT]/PATH")->type_name("");
  command
      .add_option(
          "--call", arguments.call,
          "How the service learns whom to call. body: by a JSON array of\n"
          "{\"url\", \"arguments\"} that is POSTed; route: it calls a fixed address, that of "
          "--listen;\nresponse: it calls nobody, and the fields of its responses are judged")
      ->check(CLI::IsMember({"body", "route", "response"}))
      ->type_name("HOW")
      ->capture_default_str();
  command.add_option("--propagators", arguments.propagators, "The formats that the service reads")
      ->type_name("LIST")
      ->capture_default_str();
  command
      .add_option("--written", arguments.written, "The formats that it writes; default: the same")
      ->type_name("LIST");
  command
      .add_option("--listen", arguments.listen,
                  "Where the probe waits for calls; port 0: any free port")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command
      .add_option("--callback", arguments.callback,
                  "The URL by which the service reaches --listen; default: its address")
      ->type_name("URL");
  command
      .add_option("--header", arguments.headers,
                  "Another field of each request, 'Name: value', or another value of one")
      ->type_name("FIELD")
      ->allow_extra_args(false);
  command.add_option("--method", arguments.method, "Default: POST with --call=body, else GET")
      ->type_name("METHOD");
}

void add_choices(CLI::App& command, ProbeArguments& arguments) {
  command
      .add_option("--spans", arguments.spans,
                  "Which parent ids the service must send: fresh (new in each call), forwarded "
                  "(the caller's) or any")
      ->check(CLI::IsMember({"any", "fresh", "forwarded"}))
      ->type_name("WHICH")
      ->capture_default_str();
  command
      .add_option("--only", arguments.only, "Run only the cases whose name matches; * is any text")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command.add_option("--skip", arguments.skip, "Do not run the cases whose name matches")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command.add_flag("--list", arguments.list, "Print the cases with their clauses, and exit");
  command.add_option("--random", arguments.random, "How many generated requests to send")
      ->check(CLI::Range(0, 10'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--seed", arguments.seed, "Makes the same ids and the same generated requests")
      ->check(must_be_number)
      ->type_name("N")
      ->capture_default_str();
}

void add_bounds_and_output(CLI::App& command, ProbeArguments& arguments) {
  command.add_option("--rate", arguments.rate, "Requests a second, at most")
      ->check(CLI::Range(1, 10'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--timeout", arguments.timeout,
                  "Seconds for one request, and for the calls that it causes")
      ->check(CLI::Range(0.01, 60.0))
      ->check(must_be_finite)
      ->type_name("SECONDS")
      ->capture_default_str();
  command.add_option("--max-time", arguments.max_time, "Seconds for the whole run")
      ->check(CLI::Range(1, 3600))
      ->type_name("SECONDS")
      ->capture_default_str();
  command.add_flag("--strict", arguments.strict,
                   "What a service should do counts as a failure, too");
  command.add_flag("--json", arguments.json, "Print one line of JSON");
  command.add_option("--junit", arguments.junit, "Write JUnit's XML to a file, too")
      ->type_name("FILE");
  command.add_flag("--verbose", arguments.verbose, "Print the cases that passed, too");
  command
      .add_option("--color", arguments.color,
                  "When to color the output; auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
}

}  // namespace

void add_options(CLI::App& command, ProbeArguments& arguments) {
  add_requests(command, arguments);
  add_choices(command, arguments);
  add_bounds_and_output(command, arguments);
}

}  // namespace baton::tool::probe
