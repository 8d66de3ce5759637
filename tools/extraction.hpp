// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/chain.hpp"

namespace baton::tool {

/// What a chain reads from fields, with all issues.
struct Extraction {
  Context context;
  /// Empty if no format had a span context or a decision.
  std::string_view format;
  /// Empty if all formats agree on the trace.
  std::string_view disagreeing_format;
  /// Each issue once, even if two propagators report it.
  std::vector<ExtractReport::Issue> issues;
  /// The number of further issues: a report keeps only the first ones.
  std::size_t more_issues = 0;

  [[nodiscard]] bool has_issues() const noexcept { return !issues.empty(); }
};

[[nodiscard]] Extraction extract(const PropagatorChain& chain, CarrierReader fields);

/// "baggage: invalid character in a key at byte 5"
[[nodiscard]] std::string to_sentence(const ExtractReport::Issue& issue);

}  // namespace baton::tool
