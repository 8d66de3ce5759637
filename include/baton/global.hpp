// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string_view>

#include "baton/chain.hpp"

namespace baton {

struct ConfiguredChain;

namespace detail {
// Visible even if all else is hidden: there must be one for all libraries of a process.
[[gnu::visibility("default")]] inline constinit std::atomic<const PropagatorChain*> global_chain{
    nullptr};
const PropagatorChain& make_global_chain();
}  // namespace detail

/// The chain of this process: the argument of the last `set_global_chain` or, before any such call,
/// the chain of OTEL_PROPAGATORS (`default_global_chain`), which the first call makes. After that,
/// one atomic load. The reference remains valid until the process ends, even if the chain is
/// replaced.
[[nodiscard]] inline const PropagatorChain& global_chain() {
  const PropagatorChain* chain = detail::global_chain.load(std::memory_order_acquire);
  return chain != nullptr ? *chain : detail::make_global_chain();
}

/// Replaces the chain of this process, even while other threads read it. A reader may hold the old
/// chain, so it is kept until the process ends: call this at start or when the configuration
/// changes, not for each request.
void set_global_chain(PropagatorChain chain);

/// Makes the global chain if none was set: `make_chain_from_environment()`, which needs all
/// formats. A program may define this function itself, as it may define `operator new`. With Baton
/// as a static library, it then links only the formats that it names, and nothing reads the
/// environment:
///
///     baton::ConfiguredChain baton::default_global_chain() {
///       return {baton::PropagatorChain({std::make_shared<baton::TraceContextPropagator>(),
///                                       std::make_shared<baton::BaggagePropagator>()}),
///               ""};
///     }
///
/// It is called at most once, and must not use the global chain. Define it in an object file of the
/// program: the linker may not look for it in a static library. Include `configuration.hpp`.
[[nodiscard, gnu::visibility("default")]] ConfiguredChain default_global_chain();

/// The errors in OTEL_PROPAGATORS when the global chain was made from it, or those that the
/// program's `default_global_chain` gave; makes the chain if none exists. Empty if there was no
/// error, or if `set_global_chain` was called before.
[[nodiscard]] std::string_view global_chain_error();

}  // namespace baton
