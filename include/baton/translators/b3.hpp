// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits b3;
extern const FormatTraits b3multi;
}  // namespace formats

/// B3, Zipkin's format, in its two encodings.
///
///     b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1
///
///     b3       = ids [ "-" state ] [ "-" parent ] / state
///     ids      = trace-id "-" span-id
///     trace-id = 32HEXDIGLC / 16HEXDIGLC   ; not all zero
///     span-id  = 16HEXDIGLC                ; not all zero
///     state    = "1" / "0" / "d"           ; accept, deny, debug; without one, defer
///     parent   = 16HEXDIGLC                ; checked, not used
///
/// or the same in the fields `x-b3-traceid`, `x-b3-spanid`, `x-b3-parentspanid`, `x-b3-sampled`
/// (1, 0, true, false) and `x-b3-flags` (1 is debug; other values have no meaning).
///
/// openzipkin/b3-propagation. Both encodings are read: `b3` first, and `x-b3-*` if it is absent or
/// malformed. Of repeated fields the first counts. An empty `x-b3-*` field counts as absent and is
/// reported: applications that forward all fields by hand send empty ones from every root span. A
/// 16-digit trace id is padded with zeros on the left. A state without ids is a sampling decision
/// alone. What the encodings cannot say (tracestate, baggage, the random flag) is not sent.
///
/// Errors, by field: `empty`, `too_short`, `too_long`, `bad_hex`, `bad_length`,
/// `bad_sampling_state`, `zero_trace_id`, `zero_span_id`, `missing_field`. Never allocates.
class B3Propagator final : public Propagator {
 public:
  enum class Encoding : std::uint8_t { single, multi };

  struct Options {
    /// The encoding to send; both are read.
    Encoding encoding = Encoding::single;
    /// Send 16 digits for a trace id whose first 16 are zero.
    bool short_trace_ids = false;
  };

  B3Propagator() noexcept : B3Propagator(Options()) {}
  explicit B3Propagator(const Options& options) noexcept
      : Propagator(options.encoding == Encoding::single ? formats::b3 : formats::b3multi),
        options_(options) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;

 private:
  Options options_;
};

}  // namespace baton
