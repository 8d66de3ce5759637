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
/// uppercase digits. Of repeated fields, also those whose names differ only in case, the first
/// counts. Without both a trace id and a span id nothing is read, neither the decision nor the
/// baggage; it is an error only if one of the two is present. Baggage is added to that of the
/// context: a key that is present, in any case, keeps its value. The limits apply to all of it
/// together. Reading stops at the first limit, and after `max_members` useless fields (invalid
/// ones, and keys that are present).
///
/// Sent: the last 16 digits of the trace id, so that a trace whose last 16 are zero cannot be sent;
/// `true`, `false`, or no state for defer; debug is sent as sampled. Values of baggage are sent
/// only if they are valid field values: printable ASCII without blanks at either end. An empty
/// value is sent as an empty field. Names are in lower case; of keys that differ only in case the
/// first whose value can be sent is sent. Not sent: tracestate, properties, the random flag,
/// anything without ids. Earlier `ot-baggage-` fields of the carrier remain, unless the baggage has
/// a key of the same name: see `owns`.
///
/// Errors of the ids: `missing_field`, `bad_length`, `bad_hex`, `zero_trace_id`, `zero_span_id`. Of
/// `ot-baggage-…`, reported as `ot-baggage-`: `bad_key`, with an offset in the key,
/// `too_many_members`, `too_many_bytes`, `out_of_memory`. Allocates only for baggage.
class OtTracePropagator final : public Propagator {
 public:
  /// The limits apply to reading.
  explicit OtTracePropagator(const BaggageLimits& limits = {}) noexcept
      : Propagator(formats::ottrace), limits_(limits) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;

 private:
  BaggageLimits limits_;
};

}  // namespace baton
