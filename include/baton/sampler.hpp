// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "baton/sampling.hpp"
#include "baton/tracer.hpp"

namespace baton {

/// What a sampler decided about a span.
struct SamplingResult {
  Sampling sampling;       ///< `drop` or `sample`
  TraceState trace_state;  ///< the parent's, perhaps changed, before `th` is written into it
  /// Of 2^56 numbers, so many are rejected, but not all; none if no probability is known. The
  /// tracer writes it into the tracestate of a sampled span, as `th` of the member `ot`, in place
  /// of what is there.
  std::optional<std::uint64_t> threshold = {};
  /// `trace_state` has that `th` already: the tracer need not look.
  bool is_written = false;
};

/// Decides whether a span is recorded. Any number of threads may ask it. `samplers.hpp` has some.
class Sampler {
 public:
  virtual ~Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// `trace_id` is that of the parent or, if the parent knows no trace, the new one, which is
  /// random. Not asked if the parent's decision is `debug`. A tracer of your own calls
  /// `IdTracer::context_of`, which writes the threshold.
  [[nodiscard]] virtual SamplingResult sample(const SpanStart& start,
                                              TraceId trace_id) const noexcept = 0;

 protected:
  Sampler() = default;
};

}  // namespace baton
