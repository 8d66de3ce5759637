// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "baton/chain.hpp"
#include "baton/sampling.hpp"
#include "tools/arguments.hpp"
#include "tools/fields.hpp"
#include "tools/outcome.hpp"
#include "tools/paint.hpp"

namespace baton::tool {

/// Prints the context, as lines `key: value` or as JSON.
[[nodiscard]] Outcome run_extract(const PropagatorChain& chain, const Fields& fields, bool json,
                                  bool strict);

/// Prints the same context in another format; issues go to stderr.
[[nodiscard]] Outcome run_translate(const PropagatorChain& from, const PropagatorChain& to,
                                    const Fields& fields, bool strict);

/// Explains the fields to a person.
[[nodiscard]] Outcome run_inspect(const Fields& fields, const Paint& paint);

/// Starts a trace.
[[nodiscard]] Outcome run_new(const PropagatorChain& chain, Sampling sampling);

/// Continues the context of our environment, or starts a trace, in the environment of another
/// program.
[[nodiscard]] Outcome run_exec(const PropagatorChain& chain, const Arguments& arguments,
                               const Paint& paint);

/// Becomes the program; comes back only where it cannot be run.
[[nodiscard]] Outcome become(const Launch& launch);

/// What of a context each format loses that another one said: measured, for every pair of them.
[[nodiscard]] Outcome run_losses(std::span<const PropagatorChain::Link> formats, bool json);

}  // namespace baton::tool
