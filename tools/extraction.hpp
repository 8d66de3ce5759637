// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "baton/chain.hpp"

namespace baton::tool {

/// What a chain reads from fields, with all that was wrong with them.
struct Extraction {
  Context context;
  /// Empty where no format gave a span context or a decision.
  std::string_view format;
  /// Empty where all formats agree on the trace.
  std::string_view disagreeing_format;
  /// Each issue once, also where two propagators met it.
  std::vector<ExtractReport::Issue> issues;
  /// How many more there were: a report keeps only the first ones.
  std::size_t more_issues = 0;

  [[nodiscard]] bool has_issues() const noexcept { return !issues.empty(); }
};

[[nodiscard]] Extraction extract(const PropagatorChain& chain, CarrierReader fields);

/// "baggage: not allowed in a key at byte 5"
[[nodiscard]] std::string to_sentence(const ExtractReport::Issue& issue);

}  // namespace baton::tool
