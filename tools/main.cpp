// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "baton/configuration.hpp"
#include "tools/arguments.hpp"
#include "tools/commands.hpp"
#include "tools/standard_streams.hpp"

namespace baton::tool {
namespace {

/// A list from the command line must be valid: a typing error must not become a smaller list.
tl::expected<PropagatorChain, std::string> chain_from_list(std::string_view list) {
  ConfiguredChain configured = make_chain(list);
  if (!configured.error.empty()) return tl::unexpected(configured.error);
  if (list.find_first_not_of(", \t") == list.npos) {
    return tl::unexpected(std::string("empty list of propagators; for no propagator, use 'none'"));
  }
  return std::move(configured.chain);
}

PropagatorChain chain_of_all() {
  std::vector<PropagatorChain::Entry> entries;
  for (const RegisteredPropagator& known : registered_propagators()) {
    entries.push_back(known.make({}));
  }
  return PropagatorChain(entries);
}

/// Of the formats of `list` or, if it is empty, of those of the environment. The environment is set
/// for services: errors in it are reported, and the rest is used.
PropagatorChain chain_from_environment(std::string_view list, std::string& err) {
  ConfiguredChain configured = make_chain_from_environment(list);
  if (!configured.error.empty()) err += complaint("environment: " + configured.error);
  return std::move(configured.chain);
}

bool wants_color(std::string_view when, int descriptor) {
  if (when != "auto") return when == "always";
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return std::string_view(value != nullptr ? value : "");
  };
  return isatty(descriptor) != 0 && variable("NO_COLOR").empty() && variable("TERM") != "dumb";
}

bool reads_fields(Command command) noexcept {
  return command == Command::extract || command == Command::translate ||
         command == Command::inspect;
}

/// Whether it does what a service would do.
bool is_configured(Command command) noexcept {
  return command == Command::extract || command == Command::new_trace || command == Command::exec;
}

/// Shows the progress on a terminal.
Outcome probe_service(const probe::ProbeArguments& arguments) {
  std::function<void(std::string_view)> show_progress;
  if (isatty(STDERR_FILENO) != 0) {
    show_progress = [](std::string_view text) {
      const std::string line = "\r\x1b[K" + std::string(text);
      static_cast<void>(write_all(STDERR_FILENO, line).has_value());
    };
  }
  return run_probe(arguments, Paint(wants_color(arguments.color, STDOUT_FILENO)), show_progress);
}

/// The only command whose output may be larger than memory: it is written as it is made.
tl::expected<Outcome, std::string> stream_hostile(const Arguments& arguments) {
  std::string failure;
  const auto write = [&failure](std::string_view text) {
    const auto written = write_all(STDOUT_FILENO, text);
    if (!written) failure = written.error();
    return written && *written;
  };
  Outcome outcome = run_hostile(arguments, write);
  if (!failure.empty()) return tl::unexpected(std::move(failure));
  return outcome;
}

tl::expected<Outcome, std::string> run(const Arguments& arguments) {
  if (arguments.command == Command::hostile) return stream_hostile(arguments);
  // All arguments are checked before input is read: a typing error must not wait for input.
  std::string warning;
  PropagatorChain chain;
  PropagatorChain to;
  if (arguments.command == Command::translate || arguments.propagators) {
    auto listed = chain_from_list(arguments.propagators.value_or(arguments.from));
    if (!listed) return tl::unexpected(std::move(listed.error()));
    chain = *std::move(listed);
  } else if (arguments.command == Command::losses) {
    chain = chain_of_all();
  }
  if (is_configured(arguments.command)) {
    chain = chain_from_environment(arguments.propagators.value_or(""), warning);
  }
  if (arguments.command == Command::translate) {
    auto listed = chain_from_list(arguments.to);
    if (!listed) return tl::unexpected(std::move(listed.error()));
    to = *std::move(listed);
  }

  std::string lines;
  Fields fields;
  if (reads_fields(arguments.command)) {
    auto read = read_lines(STDIN_FILENO);
    if (!read) return tl::unexpected(std::move(read.error()));
    lines = *std::move(read);
    auto parsed = parse_fields(lines);
    if (!parsed) return tl::unexpected(std::move(parsed.error()));
    fields = *std::move(parsed);
  }

  Outcome outcome;
  switch (arguments.command) {
    case Command::extract:
      outcome = run_extract(chain, fields, arguments.json, arguments.strict);
      break;
    case Command::translate: outcome = run_translate(chain, to, fields, arguments.strict); break;
    case Command::inspect:
      outcome = run_inspect(fields, Paint(wants_color(arguments.color, STDOUT_FILENO)));
      break;
    case Command::new_trace: outcome = run_new(chain, arguments.sampling); break;
    case Command::exec:
      outcome = run_exec(chain, arguments, Paint(wants_color("auto", STDERR_FILENO)));
      break;
    case Command::probe: outcome = probe_service(arguments.probe); break;
    case Command::losses: outcome = run_losses(chain.readers(), arguments.json); break;
    case Command::hostile: break;  // see above
  }
  outcome.err.insert(0, warning);
  return outcome;
}

Outcome answer(int count, const char* const* words) {
  const auto arguments = parse_arguments(count, words);
  if (!arguments) return arguments.error();
  auto outcome = run(*arguments);
  return outcome ? *std::move(outcome) : refuse(outcome.error());
}

}  // namespace
}  // namespace baton::tool

int main(int count, char** words) {
  using namespace baton::tool;
  // A reader of the output may close it early. `write_all` ignores the EPIPE.
  const auto on_broken_pipe = std::signal(SIGPIPE, SIG_IGN);
  Outcome outcome;
  try {
    outcome = answer(count, words);
  } catch (const std::exception& failure) {
    outcome = refuse(failure.what());
  }
  if (const auto written = write_all(STDOUT_FILENO, outcome.out); !written) {
    outcome.status = Status::usage;
    outcome.err += complaint(written.error());
  }
  // An error of stderr cannot be reported.
  static_cast<void>(write_all(STDERR_FILENO, outcome.err).has_value());
  if (outcome.launch) {
    static_cast<void>(std::signal(SIGPIPE, on_broken_pipe));  // as the command expects it
    const Outcome failure = become(*outcome.launch);
    static_cast<void>(write_all(STDERR_FILENO, failure.err).has_value());
    return static_cast<int>(failure.status);
  }
  return static_cast<int>(outcome.status);
}
