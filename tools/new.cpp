// SPDX-License-Identifier: Apache-2.0
#include "tools/commands.hpp"

namespace baton::tool {

Outcome run_new(const PropagatorChain& chain, Sampling sampling) {
  Context context;
  context.set_sampling(sampling);
  return {Status::done, inject_lines(chain, std::move(context).child()), {}};
}

}  // namespace baton::tool
