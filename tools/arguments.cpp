// SPDX-License-Identifier: Apache-2.0
#include "tools/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "baton/registry.hpp"
#include "tools/must_be_number.hpp"

namespace baton::tool {
namespace {

constexpr std::array samplings{Sampling::defer, Sampling::drop, Sampling::sample, Sampling::debug};

Sampling to_sampling(std::string_view name) {
  for (const Sampling sampling : samplings) {
    if (to_string(sampling) == name) return sampling;
  }
  return Sampling::defer;
}

constexpr std::string_view input_note =
    "Fields are read from standard input up to an empty line, one per line: `Name: value`.\n";

constexpr std::string_view exit_status =
    "Exit status: 0 done; 1 with --strict if there are issues; 2 wrong usage or input.";

constexpr std::string_view exec_status =
    "Exit status: that of the command; 1 with --strict if there are issues (nothing is run);\n"
    "2 wrong usage; 126 the command cannot be run; 127 the command is not found.";

constexpr std::string_view probe_status =
    "Exit status: 0 all cases passed; 1 a case failed, or the run stopped early; 2 wrong usage,\n"
    "no service at that address, or a report that cannot be written.";

constexpr std::string_view list_note = "LIST is a list of names, separated by commas: ";

std::string notes(std::string_view status = exit_status) {
  std::string text(list_note);
  for (const RegisteredPropagator& known : registered_propagators()) {
    text.append(known.traits.name).append(", ");
  }
  return text.append("none.\n").append(status);
}

/// Without what no request has.
std::string probe_notes() {
  std::string text;
  for (const RegisteredPropagator& known : registered_propagators()) {
    if (known.traits.reads_elsewhere) continue;
    text.append(text.empty() ? list_note : ", ").append(known.traits.name);
  }
  return text.append(".\n").append(probe_status);
}

CLI::Option* add_list(CLI::App& command, const std::string& name, std::string& list,
                      const std::string& description) {
  return command.add_option(name, list, description)->type_name("LIST");
}

CLI::Option* add_sampling(CLI::App& command, std::string& sampling,
                          const std::string& description) {
  return command.add_option("--sampling", sampling, description)
      ->check(CLI::IsMember({"defer", "drop", "sample", "debug"}))
      ->type_name("DECISION");
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  return text;
}

}  // namespace

tl::expected<Arguments, Outcome> parse_arguments(int count, const char* const* words) {
  Arguments arguments;
  std::string propagators;
  std::string sampling = std::string(to_string(arguments.sampling));

  CLI::App app(
      "Reads, translates and explains trace context and baggage, prints hostile requests, and "
      "probes "
      "services.",
      "baton");
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", "baton " BATON_VERSION, "Print the version and exit");
  app.set_help_flag("-h,--help", "Print this help and exit");
  const std::string notes_with_input = std::string(input_note) + notes();
  app.footer(notes_with_input);

  const auto chosen = [&arguments](Command command) {
    return [&arguments, command] { arguments.command = command; };
  };

  CLI::App& extract = *app.add_subcommand("extract", "Print the context that the fields carry");
  add_list(extract, "--propagators", propagators,
           "The formats to read; the last one wins; default: BATON_EXTRACT, else OTEL_PROPAGATORS");
  extract.add_flag("--json", arguments.json, "Print one line of JSON");
  extract.add_flag("--strict", arguments.strict, "Exit with 1 if there are issues");
  extract.final_callback(chosen(Command::extract));

  CLI::App& translate = *app.add_subcommand("translate", "Print the same context in other formats");
  add_list(translate, "--from", arguments.from, "The formats to read; the last one wins")
      ->required();
  add_list(translate, "--to", arguments.to, "The formats to write")->required();
  translate.add_flag("--strict", arguments.strict, "Exit with 1 if there are issues");
  translate.final_callback(chosen(Command::translate));

  CLI::App& inspect =
      *app.add_subcommand("inspect", "Explain each field, and point at the errors in it");
  inspect
      .add_option("--color", arguments.color,
                  "When to color the output; auto: on a terminal, unless NO_COLOR is set")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  inspect.final_callback(chosen(Command::inspect));

  CLI::App& new_trace = *app.add_subcommand("new", "Start a trace and print its fields");
  add_list(new_trace, "--propagators", propagators,
           "The formats to write; default: BATON_INJECT, else OTEL_PROPAGATORS");
  add_sampling(new_trace, sampling, "Whether to record the trace; default: defer");
  new_trace.final_callback(chosen(Command::new_trace));

  CLI::App& losses =
      *app.add_subcommand("losses", "Print what a translation from one format to another loses");
  add_list(losses, "--propagators", propagators, "The formats to compare; default: all");
  losses.add_flag("--json", arguments.json, "Print one line of JSON");
  losses.final_callback(chosen(Command::losses));

  CLI::App& exec =
      *app.add_subcommand("exec", "Run the command after --, with the context in its environment");
  add_list(exec, "--propagators", propagators,
           "The formats to read and to write; default: BATON_EXTRACT and BATON_INJECT, else "
           "OTEL_PROPAGATORS");
  CLI::Option* const begins = exec.add_flag(
      "--new", arguments.begins, "Start a trace, and ignore the context of the environment");
  add_sampling(exec, sampling, "Whether to record the new trace; default: defer")->needs(begins);
  exec.add_flag("--strict", arguments.strict, "Do not run the command if there are issues");
  exec.final_callback(chosen(Command::exec));

  CLI::App& hostile = *app.add_subcommand(
      "hostile", "Print requests that a service must survive, for pipes and files");
  std::vector<std::string> formats{"all"};
  for (const RegisteredPropagator& known : registered_propagators()) {
    formats.emplace_back(known.traits.name);
  }
  hostile.add_option("--format", arguments.format, "The format that is attacked; default: all")
      ->check(CLI::IsMember(formats))
      ->type_name("NAME");
  hostile
      .add_option("--as", arguments.as,
                  "lines: fields, for baton; curl: commands, for a shell; json: a line each; http: "
                  "raw requests; default: lines")
      ->check(CLI::IsMember({"lines", "curl", "json", "http"}))
      ->type_name("FORM");
  CLI::Option* const seed =
      hostile.add_option("--seed", arguments.seed, "Decides about what is drawn; default: 0")
          ->check(must_be_number)
          ->type_name("NUMBER");
  CLI::Option* const hostile_count =
      hostile
          .add_option("--count", arguments.count,
                      "How many: first the fixed cases, then drawn ones; default: the fixed cases")
          ->check(must_be_number)
          ->type_name("NUMBER");
  seed->needs(hostile_count);  // the fixed cases are always the same
  hostile.final_callback(chosen(Command::hostile));

  CLI::App& probe = *app.add_subcommand(
      "probe", "Check a running HTTP service: what it reads, and what it sends on");
  probe::add_options(probe, arguments.probe);
  probe.final_callback(chosen(Command::probe));

  for (CLI::App* const command : app.get_subcommands({})) command->footer(notes_with_input);
  hostile.footer("Exit status: 0 done; 2 wrong usage.");
  new_trace.footer(notes());
  losses.footer(notes());
  probe.footer(probe_notes());
  exec.footer("baton exec [OPTIONS] -- COMMAND [ARGUMENT...]\n" + notes(exec_status));

  // The words after the first "--" of exec belong to the command.
  const char* const* const end = words + count;
  const bool is_exec = count > 1 && words[1] == std::string_view("exec");
  const char* const* const ours_end = is_exec ? std::find(words, end, std::string_view("--")) : end;

  try {
    app.parse(static_cast<int>(ours_end - words), words);
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(Outcome{Status::done, app.help(), {}});
  } catch (const CLI::CallForVersion&) {
    return tl::unexpected(Outcome{Status::done, app.version() + "\n", {}});
  } catch (const CLI::ParseError& error) {
    return tl::unexpected(refuse(one_line(error.what()) + "; see baton --help"));
  }

  if (app.get_subcommands().empty()) {
    return tl::unexpected(
        refuse("a command is required: extract, translate, inspect, new, losses, exec, hostile or "
               "probe"));
  }
  if (is_exec) {
    if (end - ours_end < 2) {
      return tl::unexpected(refuse("a command to run is required: baton exec -- COMMAND"));
    }
    arguments.command_line = ours_end + 1;
  }
  const CLI::App* const command = app.get_subcommands().front();
  const CLI::Option* const list = command->get_option_no_throw("--propagators");
  if (command != &probe && list != nullptr && list->count() != 0) {
    arguments.propagators = std::move(propagators);
  }
  arguments.sampling = to_sampling(sampling);
  arguments.probe.names_listen = probe.get_option("--listen")->count() != 0;
  arguments.probe.lists_all = probe.get_option("--propagators")->count() == 0;
  return arguments;
}

}  // namespace baton::tool
