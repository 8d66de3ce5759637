#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "baton/sampling.hpp"
#include "outcome.hpp"
#include "tl/expected.hpp"

namespace baton::tool {

enum class Command : std::uint8_t { extract, translate, inspect, new_trace, losses };

/// What the command line asks for. Lists of propagators are as they were written.
struct Arguments {
  Command command = Command::extract;
  std::optional<std::string> propagators;  // extract, new, losses
  std::string from;                        // translate
  std::string to;                          // translate
  bool json = false;                       // extract, losses
  bool strict = false;                     // extract, translate
  std::string color = "auto";              // inspect: auto, always, never
  Sampling sampling = Sampling::defer;     // new
};

/// The error is what to say instead of running a command: help, the version, or a usage error.
[[nodiscard]] tl::expected<Arguments, Outcome> parse_arguments(int count, const char* const* words);

}  // namespace baton::tool
