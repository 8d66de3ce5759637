// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits opencensus;
}

/// The binary format of OpenCensus, which gRPC carries.
///
///     grpc-trace-bin: AABL+S81d7NNpqPOkp0ODkc2AQDwZ6oLqQK3AgE
///
///     value    = %x00 trace-id span-id [ options ] *OCTET
///     trace-id = %x00 16OCTET   ; not all zero
///     span-id  = %x01 8OCTET    ; not all zero
///     options  = %x02 OCTET     ; bit 0: sampled; without them, not sampled
///
/// opencensus-specs, encodings/BinaryEncoding.md. Fields come in the order of their ids; any other
/// byte where an id is due ends the reading, and what follows is not looked at, nor is an id
/// without its value after the two ids that must be there.
///
/// In carriers with binary fields these are the bytes of the value, all of them. In carriers of
/// text they are in base 64 (RFC 4648 §4), without padding when sent, with it or without when read,
/// and blanks around it do not count. More than `max_bytes` are refused. Of repeated fields the
/// first counts.
///
/// Debug is sent as sampled, defer as not sampled. What cannot be said is not sent: tracestate,
/// baggage, the random flag, a decision without ids.
///
/// Errors: `empty`, `bad_base64`, `bad_version`, `too_short`, `too_long`, `missing_field`,
/// `zero_trace_id`, `zero_span_id`. In text an error of a byte is told at the character in which
/// the byte begins, and `too_short` at the end of the text. Never allocates.
class OpenCensusPropagator final : public Propagator {
 public:
  OpenCensusPropagator() noexcept : Propagator(formats::opencensus) {}

  /// Three times what is known today.
  static constexpr std::size_t max_bytes = 96;

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;
};

}  // namespace baton
