// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "baton/carriers/environment.hpp"
#include "tools/paint.hpp"

namespace baton::tool {

/// How a command ends; the numbers are the tool's exit status.
enum class Status : int {
  done = 0,
  issues = 1,  ///< with `--strict`: there are issues
  usage = 2,   ///< wrong arguments, or input that cannot be read
  not_executable = 126,
  not_found = 127,
};

/// Another program that this process is to become.
struct Launch {
  const char* const* command_line;  ///< ends with a null pointer
  environment::Environment environment;
};

/// The result of a command. Commands write nothing themselves.
struct Outcome {
  Status status = Status::done;
  std::string out;
  std::string err;
  std::optional<Launch> launch = std::nullopt;  ///< after the output is written
};

/// One line for stderr, even if the sentence contains newlines.
[[nodiscard]] std::string complaint(std::string_view sentence, const Paint& paint = Paint(false));

/// The outcome of a command that cannot be run.
[[nodiscard]] Outcome refuse(std::string_view sentence);

}  // namespace baton::tool
