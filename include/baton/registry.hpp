// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "baton/propagator.hpp"

namespace baton {

/// The options of propagators that are made by name; each uses those of its format.
struct PropagatorOptions {
  /// See B3Propagator::Options::short_trace_ids.
  bool b3_short_trace_ids = false;
  /// See TraceContextPropagator::Options::sampling_in_tracestate.
  bool sampling_in_tracestate = false;
};

/// A propagator that can be made by the name of its format.
struct RegisteredPropagator {
  const FormatTraits& traits;
  std::shared_ptr<const Propagator> (*make)(const PropagatorOptions& options);
};

/// All propagators of this library, in the order of its documentation.
[[nodiscard]] std::span<const RegisteredPropagator> registered_propagators() noexcept;

}  // namespace baton
