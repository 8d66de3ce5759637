// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits ottrace;
}

/// OT trace, the format of OpenTracing's basic tracers, with its baggage.
///
///     ot-tracer-traceid: 8448eb211c80319c
///     ot-tracer-spanid: b7ad6b7169203331
///     ot-tracer-sampled: true
///     ot-baggage-plan: gold
///
///     ot-tracer-traceid = 1*32HEXDIGLC    ; padded on the left, not all zero
///     ot-tracer-spanid  = 1*16HEXDIGLC    ; the same
///     ot-tracer-sampled = "true" / "false" / "1" / "0"   ; words in any case; anything else, defer
///     "ot-baggage-" key ":" value         ; key a token, read as lowercase; value not encoded
///
/// OpenTelemetry's OT trace propagator. Many writers drop an id's leading zeros; no known one sends
/// capitals. Of repeated fields, also those whose names differ in case alone, the first counts.
/// Without a trace id and a span id nothing is read: neither the decision nor the baggage, and it
/// is an error only where one of the two is there. Baggage is added to what the context has: a key
/// that is there, in any case, keeps its value. The limits hold over all of it together. Reading
/// stops at the first limit, and after as many useless fields (bad ones, and keys that were there)
/// as `max_members`.
///
/// Sent: the last 16 digits of the trace id, so that a trace whose last 16 are zero cannot be sent
/// at all; `true`, `false`, or no state for defer; debug is sent as sampled. Values of baggage that
/// are no field value as they are stay behind: all but printable ASCII without blanks at either
/// end. An empty value is sent as an empty field. Names are in lower case; of keys that differ in
/// case alone the first whose value can be sent is sent. What else cannot be said is not sent:
/// tracestate, properties, the random flag, anything without ids. `ot-baggage-` fields that the
/// carrier had before stay, unless the baggage has a key of the same name: see `owns`.
///
/// Errors of the ids: `missing_field`, `bad_length`, `bad_hex`, `zero_trace_id`, `zero_span_id`. Of
/// the family, reported as `ot-baggage-`: `bad_key`, with an offset in the key, `too_many_members`,
/// `too_many_bytes`. Allocates for baggage alone.
class OtTracePropagator final : public Propagator {
 public:
  /// The limits hold for what is read.
  explicit OtTracePropagator(const BaggageLimits& limits = {}) noexcept
      : Propagator(formats::ottrace), limits_(limits) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;

 private:
  BaggageLimits limits_;
};

}  // namespace baton
