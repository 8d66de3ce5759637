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
  issues = 1,  ///< with `--strict`: something could not be used as it was
  usage = 2,   ///< wrong arguments, or input that cannot be read
  not_executable = 126,
  not_found = 127,
};

/// Another program that this process shall become.
struct Launch {
  const char* const* command_line;  ///< ended by a null pointer
  environment::Environment environment;
};

/// What a command has to say. Commands write nothing themselves.
struct Outcome {
  Status status = Status::done;
  std::string out;
  std::string err;
  std::optional<Launch> launch = std::nullopt;  ///< once all is written
};

/// One line for stderr, whatever bytes the sentence holds.
[[nodiscard]] std::string complaint(std::string_view sentence, const Paint& paint = Paint(false));

/// The command cannot be done.
[[nodiscard]] Outcome refuse(std::string_view sentence);

}  // namespace baton::tool
