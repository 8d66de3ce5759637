// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "tools/commands.hpp"
#include "tools/explain.hpp"
#include "tools/extraction.hpp"

extern "C" char** environ;  // NOLINT(readability-redundant-declaration): in no header of POSIX

namespace baton::tool {
namespace {

std::string warnings(const Extraction& extraction, const Paint& paint) {
  std::string lines;
  for (const ExtractReport::Issue& issue : extraction.issues) {
    lines += complaint(environment::variable_name(issue.field)
                           .append(": ")
                           .append(name(issue.error.code))
                           .append(", ")
                           .append(issue.error.message())
                           .append("; ")
                           .append(consequence(issue)),
                       paint);
  }
  if (extraction.more_issues != 0) {
    lines += complaint("and " + std::to_string(extraction.more_issues) + " more issues", paint);
  }
  return lines;
}

}  // namespace

Outcome run_exec(const PropagatorChain& chain, const Arguments& arguments, const Paint& paint) {
  Extraction extraction;
  if (!arguments.begins) extraction = extract(chain, environment::ListCarrier());
  Outcome outcome;
  outcome.err = warnings(extraction, paint);
  if (arguments.strict && extraction.has_issues()) {
    outcome.status = Status::issues;
    return outcome;
  }
  // This process records no span, so it forwards: the parent of the command's spans is the span of
  // its own environment, if there is one.
  Context& context = extraction.context;
  if (arguments.begins) {
    context.set_sampling(arguments.sampling);
    context = std::move(context).child();
  }
  outcome.launch.emplace(arguments.command_line, environment::Environment::copy());
  environment::inject(outcome.launch->environment, context, {.chain = chain});
  return outcome;
}

Outcome become(const Launch& launch) {
  const auto command_line = const_cast<char* const*>(launch.command_line);
  environ = const_cast<char**>(launch.environment.envp());
  ::execvp(*command_line, command_line);
  const int reason = errno;
  return {reason == ENOENT ? Status::not_found : Status::not_executable,
          {},
          complaint("cannot run " + std::string(*command_line) + ": " +
                    std::generic_category().message(reason))};
}

}  // namespace baton::tool
