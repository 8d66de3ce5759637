// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits jaeger;
}

/// Jaeger's own format, with its baggage and its debug id.
///
///     uber-trace-id: 0af7651916cd43dd8448eb211c80319c:b7ad6b7169203331:0:1
///     uberctx-user: Am%C3%A9lie
///     jaeger-baggage: plan=gold, region=eu
///     jaeger-debug-id: why-is-this-slow
///
///     uber-trace-id = trace-id sep span-id sep parent sep flags
///     sep      = ":" / "%3A" / "%3a"
///     trace-id = 1*32HEXDIG      ; either case, padded on the left, not all zero
///     span-id  = 1*16HEXDIG      ; the same
///     parent   = any text        ; not used
///     flags    = 1*2HEXDIG       ; bit 0: sampled; bit 1: debug, if bit 0 is set
///
///     "uberctx-" key ":" value   ; value percent-encoded, "+" is a space
///     jaeger-baggage = entry *( "," entry )
///     entry    = key "=" value   ; not encoded; blanks around either are ignored
///     key      = token           ; never decoded; in a name, in lower case
///
/// The propagation format of Jaeger's client libraries. Names are matched in any case, so that a
/// key in a name is read as lowercase. Of repeated fields, also those whose names differ only in
/// case, the first counts; but all instances of `jaeger-baggage` are one list. A `jaeger-debug-id`
/// that is not empty is the decision `debug`, with or without ids. An invalid id does not affect
/// the baggage, and invalid baggage does not affect the ids.
///
/// Baggage is added to that of the context: a key that is present, in any spelling for a name,
/// keeps its value, and `uberctx-` precedes `jaeger-baggage`. A value with a `%` that starts no
/// escape is not decoded at all. The limits apply to all baggage together, as it is kept then, and
/// at most `max_bytes` of `jaeger-baggage` are read. Reading stops at the first limit, and after
/// `max_members` useless entries (invalid ones, and keys that are present).
///
/// Sent: 32 and 16 digits, `0`, and `0`, `1` or `3`; defer is sent as 0, since the format cannot
/// say it. Debug without ids is sent as `jaeger-debug-id: 1`; other decisions without ids are not
/// sent. Baggage is sent as `uberctx-`, with or without ids, with all but the unreserved characters
/// of RFC 3986 percent-encoded; an empty value is sent as an empty field. Names are in lower case;
/// of keys that differ only in case the first is sent. Properties, tracestate and the random flag
/// are not sent. Earlier `uberctx-` fields of the carrier remain, unless a key of the same name is
/// sent: see `owns`.
///
/// Errors of `uber-trace-id`: `empty`, `too_short`, `too_long`, `bad_length`, `not_hex`,
/// `zero_trace_id`, `zero_span_id`. Of `jaeger-baggage`: `missing_equals`, `bad_key`,
/// `too_many_members`, `too_many_bytes`. Of `uberctx-…`, reported as `uberctx-`: `bad_key`, with an
/// offset in the key, `too_many_members`, `too_many_bytes`. Of both: `out_of_memory`. Allocates
/// only for baggage.
class JaegerPropagator final : public Propagator {
 public:
  /// The limits apply to reading.
  explicit JaegerPropagator(const BaggageLimits& limits = {}) noexcept
      : Propagator(formats::jaeger), limits_(limits) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;

 private:
  BaggageLimits limits_;
};

}  // namespace baton
