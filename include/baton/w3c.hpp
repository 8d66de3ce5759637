// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits tracecontext;
extern const FormatTraits baggage;
}  // namespace formats

/// W3C Trace Context Level 2: the fields `traceparent` and `tracestate`.
///
/// Reads no trace context if there is more than one traceparent (`repeated_field`), and no
/// tracestate if the traceparent is invalid. An invalid tracestate does not affect the traceparent.
/// Several tracestate fields are one list.
class TraceContextPropagator final : public Propagator {
 public:
  struct Options {
    /// Whole members of a longer tracestate are dropped when it is sent: see TraceState::header.
    std::size_t max_tracestate_bytes = std::numeric_limits<std::size_t>::max();
    /// A member of Baton's own, `baton=debug` or `baton=defer`, carries the decisions that the
    /// sampled flag cannot distinguish from `sample` and `drop`. It is read only if it agrees with
    /// the flag, and removed if it is not needed.
    bool sampling_in_tracestate = false;
  };

  TraceContextPropagator() noexcept : TraceContextPropagator(Options()) {}
  explicit TraceContextPropagator(const Options& options) noexcept;

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;

 private:
  Options options_;
};

/// W3C Baggage: the field `baggage`.
///
/// Several baggage fields are one list, and the limits apply to all of them together. Members that
/// the context already has remain, key by key, and count toward the limits. A limit that only the
/// joined baggage exceeds is reported at offset 0.
class BaggagePropagator final : public Propagator {
 public:
  /// The limits apply both to reading and to writing.
  explicit BaggagePropagator(const BaggageLimits& limits = {}) noexcept
      : Propagator(formats::baggage), limits_(limits) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;

 private:
  BaggageLimits limits_;
};

}  // namespace baton
