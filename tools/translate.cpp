// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "tools/commands.hpp"
#include "tools/extraction.hpp"

namespace baton::tool {

Outcome run_translate(const PropagatorChain& from, const PropagatorChain& to, const Fields& fields,
                      bool strict) {
  const Extraction extraction = extract(from, fields);
  Outcome outcome;
  outcome.out = inject_lines(to, extraction.context);
  for (const ExtractReport::Issue& issue : extraction.issues) {
    outcome.err += complaint(to_sentence(issue));
  }
  if (extraction.more_issues != 0) {
    outcome.err += complaint("and " + std::to_string(extraction.more_issues) + " more issues");
  }
  if (strict && extraction.has_issues()) outcome.status = Status::issues;
  return outcome;
}

}  // namespace baton::tool
