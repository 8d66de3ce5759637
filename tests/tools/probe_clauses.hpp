// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton::tool::probe {

/// Whether a clause is a heading of the text that it names, with its number.
[[nodiscard]] bool is_known_clause(std::string_view clause);

}  // namespace baton::tool::probe
