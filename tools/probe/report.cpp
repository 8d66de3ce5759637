// SPDX-License-Identifier: Apache-2.0
#include "tools/probe/report.hpp"

#include <algorithm>

namespace baton::tool::probe {

std::size_t Report::count(Grade grade) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(),
                    [grade](const Result& result) { return result.grade == grade; }));
}

bool Report::is_good() const noexcept {
  return stopped.empty() && count(Grade::failed) == 0 && count(Grade::not_run) == 0;
}

Grade grade_of(const std::vector<Finding>& findings, bool was_run, bool strict) noexcept {
  if (!was_run) return Grade::not_run;
  if (findings.empty()) return Grade::passed;
  const auto worst =
      std::min_element(findings.begin(), findings.end(),
                       [](const Finding& a, const Finding& b) { return a.level < b.level; });
  switch (worst->level) {
    case Level::must: return Grade::failed;
    case Level::should: return strict ? Grade::failed : Grade::warned;
    case Level::choice: return Grade::noted;
  }
  return Grade::failed;
}

std::string_view to_string(Grade grade) noexcept {
  switch (grade) {
    case Grade::passed: return "passed";
    case Grade::noted: return "noted";
    case Grade::warned: return "warned";
    case Grade::failed: return "failed";
    case Grade::not_run: return "not_run";
  }
  return "";
}

std::string_view group_of(const Case& row) noexcept {
  return std::string_view(row.name).substr(0, row.name.find('/'));
}

}  // namespace baton::tool::probe
