// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "baton/sampling.hpp"
#include "tl/expected.hpp"
#include "tools/outcome.hpp"
#include "tools/probe/arguments.hpp"

namespace baton::tool {

enum class Command : std::uint8_t {
  extract,
  translate,
  inspect,
  new_trace,
  losses,
  exec,
  hostile,
  probe
};

/// What the command line asks for. Lists of propagators are not parsed yet.
struct Arguments {
  Command command = Command::extract;
  std::optional<std::string> propagators;     // extract, new, losses, exec
  std::string from;                           // translate
  std::string to;                             // translate
  bool json = false;                          // extract, losses
  bool strict = false;                        // extract, translate, exec
  std::string color = "auto";                 // inspect: auto, always, never
  Sampling sampling = Sampling::defer;        // new, exec
  bool begins = false;                        // exec: start a trace in any case
  std::string format = "all";                 // hostile: of the registry, or all
  std::string as = "lines";                   // hostile: lines, curl, json, http
  std::uint64_t seed = 0;                     // hostile
  std::optional<std::uint64_t> count;         // hostile; none: the fixed cases
  probe::ProbeArguments probe;                // probe
  const char* const* command_line = nullptr;  // exec: part of the words, ends with a null pointer
};

/// The error is the outcome if no command runs: help, the version, or a usage error. A null pointer
/// ends the words, as in `main`.
[[nodiscard]] tl::expected<Arguments, Outcome> parse_arguments(int count, const char* const* words);

}  // namespace baton::tool
