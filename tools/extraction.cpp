// SPDX-License-Identifier: Apache-2.0
#include "tools/extraction.hpp"

#include <algorithm>

namespace baton::tool {

namespace {

void add_new(std::vector<ExtractReport::Issue>& issues, const ExtractReport& report) {
  for (const ExtractReport::Issue& issue : report.issues()) {
    if (std::find(issues.begin(), issues.end(), issue) == issues.end()) issues.push_back(issue);
  }
}

}  // namespace

Extraction extract(const PropagatorChain& chain, CarrierReader fields) {
  Extraction result;
  ExtractReport summary;
  result.context = chain.extract(fields, &summary);
  result.format = summary.format();
  result.disagreeing_format = summary.disagreeing_format();

  add_new(result.issues, summary);
  if (summary.issue_count() == summary.issues().size()) return result;
  // A report keeps few issues, so now each propagator has one of its own, although alone it may
  // read fields that it does not read behind others.
  for (const PropagatorChain::Entry& propagator : chain.readers()) {
    ExtractReport report;
    Context context;
    propagator->extract(fields, context, &report);
    add_new(result.issues, report);
    result.more_issues += report.issue_count() - report.issues().size();
  }
  add_new(result.issues, summary);  // limits that only several formats together exceed
  return result;
}

std::string to_sentence(const ExtractReport::Issue& issue) {
  return std::string(issue.field) + ": " + issue.error.message();
}

}  // namespace baton::tool
