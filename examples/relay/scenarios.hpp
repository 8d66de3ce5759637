// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hop.hpp"

namespace relay {

/// A request, and the expected state of its trace after two hops.
struct Scenario {
  std::string_view title;
  std::vector<std::string_view> fields;  ///< lines `name: value`, as on the wire
  /// One sentence for each failure; empty if there is none.
  std::vector<std::string> (*check)(const Hop& edge, const Hop& backend);
};

[[nodiscard]] const std::vector<Scenario>& scenarios();

}  // namespace relay
