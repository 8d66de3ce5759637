// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hop.hpp"

namespace relay {

/// A request that somebody may send, and what must have become of its trace two hops on.
struct Scenario {
  std::string_view title;
  std::vector<std::string_view> fields;  ///< lines `name: value`, as they go over the wire
  /// What did not hold, one sentence each; empty where all did.
  std::vector<std::string> (*check)(const Hop& edge, const Hop& backend);
};

[[nodiscard]] const std::vector<Scenario>& scenarios();

}  // namespace relay
