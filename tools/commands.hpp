// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "baton/chain.hpp"
#include "baton/function_ref.hpp"
#include "baton/sampling.hpp"
#include "tools/arguments.hpp"
#include "tools/fields.hpp"
#include "tools/outcome.hpp"
#include "tools/paint.hpp"
#include "tools/probe/arguments.hpp"

namespace baton::tool {

/// Prints the context as lines `key: value` or as JSON.
[[nodiscard]] Outcome run_extract(const PropagatorChain& chain, const Fields& fields, bool json,
                                  bool strict);

/// Prints the same context in another format; issues go to stderr.
[[nodiscard]] Outcome run_translate(const PropagatorChain& from, const PropagatorChain& to,
                                    const Fields& fields, bool strict);

/// Explains the fields to a person.
[[nodiscard]] Outcome run_inspect(const Fields& fields, const Paint& paint);

/// Starts a trace.
[[nodiscard]] Outcome run_new(const PropagatorChain& chain, Sampling sampling);

/// Forwards the context of this process's environment, or starts a trace, in the environment of
/// another program.
[[nodiscard]] Outcome run_exec(const PropagatorChain& chain, const Arguments& arguments,
                               const Paint& paint);

/// Becomes the program; returns only if it cannot be run.
[[nodiscard]] Outcome become(const Launch& launch);

/// Prints what a translation loses, for every pair of formats.
[[nodiscard]] Outcome run_losses(std::span<const PropagatorChain::Entry> formats, bool json);

/// Prints requests that attack a format, one after the other. `write` returns false if nobody reads
/// on.
[[nodiscard]] Outcome run_hostile(const Arguments& arguments,
                                  FunctionRef<bool(std::string_view)> write);

/// Probes a service. `show_progress` (if any) gets a text that replaces the one before it.
[[nodiscard]] Outcome run_probe(const probe::ProbeArguments& arguments, const Paint& paint,
                                const std::function<void(std::string_view)>& show_progress);

}  // namespace baton::tool
