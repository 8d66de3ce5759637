// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journey.hpp"
#include "paint.hpp"

namespace relay {

/// The spans of a journey, each below its parent, and below those that handle a message the fields
/// with which that arrived. Ends with the complaints, or with a line that there are none.
[[nodiscard]] std::string draw(std::string_view title, const Journey& journey,
                               const std::vector<std::string>& complaints, Style style);

}  // namespace relay
