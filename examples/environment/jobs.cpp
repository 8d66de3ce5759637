// SPDX-License-Identifier: Apache-2.0
/// Runs commands one after the other, each as a job of this process's trace.

#include <spawn.h>
#include <sys/wait.h>

#include <baton/baton.hpp>
#include <baton/carriers/environment.hpp>
#include <cerrno>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "support/options.hpp"

namespace {

/// The exit status of a command, which a shell reads.
int run_and_wait(std::string command, char* const* environment) {
  std::string shell = "sh";
  std::string option = "-c";
  char* const words[] = {shell.data(), option.data(), command.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, "sh", nullptr, nullptr, words, environment);
  if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawnp");
  int status = 0;
  if (::waitpid(child, &status, 0) != child) {
    throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// How many failed.
int run_all(const std::vector<std::string>& commands) {
  int failed = 0;
  for (const std::string& command : commands) {
    const int status = baton::environment::call(
        [&](const baton::environment::Environment& environment) {
          return run_and_wait(command, environment.envp());
        },
        {.span_name = "job"});
    if (status != 0) std::cerr << "jobs: " << command << ": status " << status << '\n';
    failed += status != 0 ? 1 : 0;
  }
  return failed;
}

}  // namespace

int main(int count, char** arguments) {
  bool makes_spans = false;
  std::vector<std::string> commands;
  CLI::App app("Runs commands one after the other, each with the trace of this process.", "jobs");
  app.add_flag("--spans", makes_spans, "A span of its own for this process and for each command");
  app.add_option("command", commands, "A command for the shell")->required()->type_name("COMMAND");
  if (const std::optional<int> status = example::parse_options(app, count, arguments)) {
    return *status;
  }
  if (makes_spans) baton::set_global_tracer(std::make_shared<baton::IdTracer>());
  try {
    return baton::environment::run([&] { return run_all(commands); }) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "jobs: " << error.what() << '\n';
    return 1;
  }
}
