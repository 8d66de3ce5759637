// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "baton/chain.hpp"
#include "tools/probe/case.hpp"

namespace baton::tool::probe {

/// Adds requests that are valid but for one change. What Baton reads from them is expected: it
/// *should* arrive if a specification says so, and is a choice else. The same seed makes the same
/// requests.
void add_random_cases(std::vector<Case>& cases, const PropagatorChain& read, std::size_t count,
                      std::uint64_t seed);

}  // namespace baton::tool::probe
