#pragma once

#include <string>
#include <string_view>

namespace baton::tool {

/// How a command ends; the numbers are the tool's exit status.
enum class Status : int {
  done = 0,
  issues = 1,  ///< with `--strict`: something could not be used as it was
  usage = 2,   ///< wrong arguments, or input that cannot be read
};

/// What a command has to say. Commands write nothing themselves.
struct Outcome {
  Status status = Status::done;
  std::string out;
  std::string err;
};

/// One line for stderr, whatever bytes the sentence holds.
[[nodiscard]] std::string complaint(std::string_view sentence);

/// The command cannot be done.
[[nodiscard]] Outcome refuse(std::string_view sentence);

}  // namespace baton::tool
