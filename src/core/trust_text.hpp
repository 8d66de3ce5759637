// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "baton/trust.hpp"
#include "core/errors.hpp"

/// The grammar of trust rules: see `make_chain_from_environment`.
namespace baton::detail {

/// Empty for an empty text. Errors name the variable.
std::vector<DestinationRule> parse_destinations(std::string_view variable, std::string_view text,
                                                Errors& errors);

/// Changes nothing for an empty text.
void parse_callers(std::string_view variable, std::string_view text, TrustRules& rules,
                   Errors& errors);

}  // namespace baton::detail
