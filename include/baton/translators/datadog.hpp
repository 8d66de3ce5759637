#pragma once

#include "baton/propagator.hpp"

namespace baton {

/// Datadog's format: decimal numbers, each in a field of its own.
///
///     x-datadog-trace-id: 1234567890123456789
///     x-datadog-parent-id: 987654321
///     x-datadog-sampling-priority: 1
///     x-datadog-tags: _dd.p.tid=640cfd8d00000000
///
///     trace-id  = 1*DIGIT            ; the low 64 bits, not zero
///     parent-id = 1*DIGIT            ; 64 bits; zero: a trace id alone
///     priority  = [ "-" ] 1*DIGIT    ; above 0: sample, others: drop; without one, defer
///     tags      = tag *( "," tag )
///     tag       = OWS "_dd.p.tid=" 16HEXDIGLC OWS   ; the high 64 bits; others are passed over
///
/// Of repeated fields and of repeated `_dd.p.tid` the first counts. A priority or a `_dd.p.tid`
/// that cannot be read is reported and costs no more than itself: nobody has decided, or the high
/// 64 bits are zero. Without both ids, priority and tags say nothing.
///
/// Sent: the priority as 1 or 0, and none for defer; debug as 1; tags only for high bits that are
/// not zero, and with nothing else in them. A trace id whose low 64 bits are zero cannot be said,
/// so then nothing is sent; neither are tracestate, baggage, the random flag, and a decision
/// without ids. `x-datadog-origin` is left alone.
///
/// Errors, by field: `empty`, `bad_number`, `zero_trace_id`, `missing_field`; for
/// `_dd.p.tid` `bad_length` and `bad_hex`. Never allocates.
class DatadogPropagator final : public Propagator {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "datadog"; }
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept override;
  [[nodiscard]] bool reads_span_context() const noexcept override { return true; }
  [[nodiscard]] bool can_say(Sampling sampling) const noexcept override {
    return sampling != Sampling::debug;
  }
  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;
};

}  // namespace baton
