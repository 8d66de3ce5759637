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
/// opencensus-specs, encodings/BinaryEncoding.md. Fields are in the order of their ids. Reading
/// ends at any other byte in the place of an id, and ignores the rest. After the two required
/// fields it also ignores an id without its value.
///
/// In carriers with binary fields these are all bytes of the value. In carriers of text they are in
/// base64 (RFC 4648 §4), sent without padding, and read with or without it; blanks around it are
/// ignored. More than `max_bytes` are refused. Of repeated fields the first counts.
///
/// Debug is sent as sampled, defer as not sampled. Not sent: tracestate, baggage, the random flag,
/// a decision without ids.
///
/// Errors: `empty`, `bad_base64`, `bad_version`, `too_short`, `too_long`, `missing_field`,
/// `zero_trace_id`, `zero_span_id`. In text the offset of a byte is that of the character in which
/// the byte begins, and that of `too_short` is the end of the text. Never allocates.
class OpenCensusPropagator final : public Propagator {
 public:
  OpenCensusPropagator() noexcept : Propagator(formats::opencensus) {}

  /// Three times the size of all fields that are known today.
  static constexpr std::size_t max_bytes = 96;

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;
};

}  // namespace baton
