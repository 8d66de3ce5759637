// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string_view>

#include "baton/chain.hpp"

namespace baton {

namespace detail {
// Visible even where everything else is hidden: there must be one for all libraries of a process.
[[gnu::visibility("default")]] inline constinit std::atomic<const PropagatorChain*> global_chain{
    nullptr};
const PropagatorChain& global_chain_from_environment();
}  // namespace detail

/// The chain of this process: what `set_global_chain` was last given, and before that what
/// OTEL_PROPAGATORS asks for. One atomic load, never a lock. The reference stays good until the
/// process ends, replaced or not.
[[nodiscard]] inline const PropagatorChain& global_chain() {
  const PropagatorChain* chain = detail::global_chain.load(std::memory_order_acquire);
  return chain != nullptr ? *chain : detail::global_chain_from_environment();
}

/// Replaces the chain of this process, while others may be reading it. A reader may hold the old
/// one for as long as it likes, so it is kept until the process ends: call this at start or when
/// the configuration changes, not for each request.
void set_global_chain(PropagatorChain chain);

/// What was wrong with OTEL_PROPAGATORS when the global chain was made from it, which this does if
/// need be; empty where nothing was, or where a chain was set before.
[[nodiscard]] std::string_view global_chain_error();

}  // namespace baton
