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
/// Reads no trace context where there is more than one traceparent (`repeated_field`), and no
/// tracestate where the traceparent is bad. A bad tracestate never harms the traceparent. Several
/// tracestate fields are one list.
class TraceContextPropagator final : public Propagator {
 public:
  struct Options {
    /// A longer tracestate is cut by whole members when it is sent: see TraceState::header.
    std::size_t max_tracestate_bytes = std::numeric_limits<std::size_t>::max();
    /// Let a member of our own, `baton=debug` or `baton=defer`, carry the decisions that the
    /// sampled flag cannot tell from `sample` and `drop`. It is read back as long as the flag still
    /// agrees, and taken out where there is nothing for it to say.
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
/// Several baggage fields are one list, and the limits hold over all of them together. What the
/// context had already stays, key by key, and counts towards the limits; a limit that is met only
/// by joining the two is reported at offset 0.
class BaggagePropagator final : public Propagator {
 public:
  /// The limits hold for what is read and for what is sent.
  explicit BaggagePropagator(const BaggageLimits& limits = {}) noexcept
      : Propagator(formats::baggage), limits_(limits) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;

 private:
  BaggageLimits limits_;
};

}  // namespace baton
