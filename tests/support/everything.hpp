// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "baton/chain.hpp"
#include "baton/registry.hpp"

namespace baton::test {

/// Reads and writes all formats.
inline const PropagatorChain& everything() {
  static const PropagatorChain chain = [] {
    std::vector<PropagatorChain::Entry> entries;
    for (const RegisteredPropagator& known : registered_propagators()) {
      entries.push_back(known.make({}));
    }
    return PropagatorChain(entries);
  }();
  return chain;
}

}  // namespace baton::test
