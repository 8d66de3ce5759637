// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/paint.hpp"
#include "tools/probe/case.hpp"
#include "tools/probe/finding.hpp"
#include "tools/probe/judge.hpp"
#include "tools/probe/observation.hpp"

namespace baton::tool::probe {

enum class Grade : std::uint8_t {
  passed,
  noted,   ///< does otherwise than Baton if there is a choice
  warned,  ///< does otherwise than it should
  failed,
  not_run,
};
inline constexpr std::size_t grade_count = 5;

struct Result {
  const Case* row = nullptr;
  const Observation* seen = nullptr;
  std::vector<Finding> findings;
  Grade grade = Grade::not_run;
};

/// What a run found, for all forms of output.
struct Report {
  std::string url;
  std::string call;
  std::string read;     ///< the formats, joined by ","
  std::string written;  ///< the same
  std::uint64_t seed = 0;
  bool strict = false;
  std::vector<Result> results;
  ParentIds parent_ids;
  std::string stopped;
  std::size_t unknown_calls = 0;
  double seconds = 0;

  [[nodiscard]] std::size_t count(Grade grade) const noexcept;
  /// Whether the service passed, and the run went to its end.
  [[nodiscard]] bool is_good() const noexcept;
};

/// By the strongest level of the findings. With `strict`, what the service should do has failed,
/// too; what is a choice never fails.
[[nodiscard]] Grade grade_of(const std::vector<Finding>& findings, bool was_run,
                             bool strict) noexcept;

[[nodiscard]] std::string_view to_string(Grade grade) noexcept;

/// The part of a name before the slash.
[[nodiscard]] std::string_view group_of(const Case& row) noexcept;

/// For people; the text may change.
[[nodiscard]] std::string to_table(const Report& report, const Paint& paint, bool verbose);

/// One line, without its newline. docs/tool.md describes the keys.
[[nodiscard]] std::string to_json(const Report& report);

/// JUnit's XML: a suite for each group, a failure for each case that failed.
[[nodiscard]] std::string to_junit(const Report& report);

/// The names of the cases with level and clause, a line each.
[[nodiscard]] std::string to_list(const std::vector<Case>& cases);

}  // namespace baton::tool::probe
