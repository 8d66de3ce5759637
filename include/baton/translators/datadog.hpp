// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits datadog;
}

/// Datadog's format: decimal numbers, each in a field of its own.
///
///     x-datadog-trace-id: 1234567890123456789
///     x-datadog-parent-id: 987654321
///     x-datadog-sampling-priority: 1
///     x-datadog-origin: rum
///     x-datadog-tags: _dd.p.tid=640cfd8d00000000,_dd.p.dm=-4
///
///     trace-id  = 1*DIGIT            ; the low 64 bits, not zero
///     parent-id = 1*DIGIT            ; 64 bits; zero, or absent beside an origin: a trace id alone
///     priority  = [ "-" ] 1*DIGIT    ; above 0: sample, others: drop; without one, defer
///     tags      = tag *( "," tag )
///     tag       = OWS "_dd.p.tid=" 16HEXDIGLC OWS   ; the high 64 bits
///               / OWS "_dd.p." name "=" text OWS    ; kept; others are ignored
///
/// Of repeated fields and of repeated `_dd.p.tid` the first counts. A priority or a `_dd.p.tid`
/// that cannot be read is reported and affects nothing else: the decision is deferred, or the high
/// 64 bits are zero. Without both ids, the other fields are ignored.
///
/// Priorities other than 0 and 1, the origin and the tags are kept in the member `dd` of the
/// context's tracestate, as Datadog's tracers write it: `dd=s:2;o:rum;t.dm:-4`. It has 256
/// characters at most; the first pair without room, and all after it, are dropped.
///
/// In a chain, `dd` is made to agree with the decision, and gets the pairs that only the fields of
/// the same ids have; see `reconcile`.
///
/// Sent: the priority of `dd` if it agrees with the decision, or else 1 or 0, and none for defer;
/// debug as sampled; the origin and the tags of `dd`, and `_dd.p.tid` for high bits that are not
/// zero. A trace id alone is sent with the parent id 0. Nothing is sent for a trace id whose low 64
/// bits are zero. Other members of tracestate, baggage, the random flag, and a decision without ids
/// are not sent.
///
/// Errors, by field: `empty`, `bad_number`, `zero_trace_id`, `missing_field`; for `_dd.p.tid`
/// `bad_length` and `bad_hex`; for an origin or a tag without room `value_too_long`. Reading
/// allocates once if `dd` is needed, and sending never allocates; `reconcile` allocates only for a
/// member that changes.
class DatadogPropagator final : public Propagator {
 public:
  DatadogPropagator() noexcept : Propagator(formats::datadog) {}

  [[nodiscard]] std::optional<TraceState> reconcile(
      const TraceState& state, Sampling sampling, const TraceState& found) const noexcept override;
  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;
};

}  // namespace baton
