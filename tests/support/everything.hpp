// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "baton/chain.hpp"
#include "baton/registry.hpp"

namespace baton::test {

/// Reads and writes all formats.
inline const PropagatorChain& everything() {
  static const PropagatorChain chain = [] {
    std::vector<PropagatorChain::Entry> links;
    for (const RegisteredPropagator& known : registered_propagators()) {
      links.push_back(known.make({}));
    }
    return PropagatorChain(links);
  }();
  return chain;
}

}  // namespace baton::test
