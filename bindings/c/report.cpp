// SPDX-License-Identifier: Apache-2.0
#include "baton/baton.h"
#include "bindings/c/handle.hpp"
#include "bindings/c/sized.hpp"

using baton::c::object;
using baton::c::Report;

baton_error baton_report_new(baton_report** report) {
  if (report == nullptr) return BATON_ERROR_ARGUMENT;
  return baton::c::give<Report>(report);
}

void baton_report_free(baton_report* report) { delete reinterpret_cast<Report*>(report); }

baton_found baton_report_found(const baton_report* report) {
  return report != nullptr ? static_cast<baton_found>(object(*report).found) : BATON_FOUND_NOTHING;
}

baton_text baton_report_format(const baton_report* report) {
  return baton::c::to_c(report != nullptr ? object(*report).report.format() : "");
}

baton_text baton_report_disagreeing_format(const baton_report* report) {
  return baton::c::to_c(report != nullptr ? object(*report).report.disagreeing_format() : "");
}

size_t baton_report_issue_count(const baton_report* report) {
  return report != nullptr ? object(*report).report.issue_count() : 0;
}

baton_error baton_report_issue(const baton_report* report, size_t index, baton_issue* issue) {
  if (report == nullptr || issue == nullptr) return BATON_ERROR_ARGUMENT;
  if (!baton::c::can_fill(issue)) return BATON_ERROR_SIZE;
  const auto issues = object(*report).report.issues();
  if (index >= issues.size()) return BATON_ERROR_ABSENT;
  const auto& [field, error] = issues[index];
  const auto code = static_cast<std::uint32_t>(error.code);
  return baton::c::fill(issue, {0, baton::c::to_c(field), code, error.offset});
}
