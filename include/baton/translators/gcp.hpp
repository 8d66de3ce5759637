// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits gcp;
}

/// Google Cloud's own format.
///
///     x-cloud-trace-context: 105445aa7843bc8bf206b12000100000/81985529216486895;o=1
///
///     value    = trace-id "/" span-id [ ";o=" options ]
///     trace-id = 32HEXDIGLC   ; not all zero
///     span-id  = 1*DIGIT      ; decimal, 64 bits; zero: a trace id alone
///     options  = 1*3DIGIT     ; bit 0: sampled; without them, defer
///              / "TRACE_TRUE" ; is read as 1
///
/// Of repeated fields the first counts. Sent with `;o=1` or `;o=0`, and without options for defer;
/// debug is sent as sampled. A trace id alone is sent with the span id 0. Not sent: tracestate,
/// baggage, the random flag, a decision without ids.
///
/// Errors: `empty`, `too_short`, `too_long`, `bad_hex`, `bad_length`, `bad_delimiter`,
/// `bad_number`, `bad_sampling_state`, `zero_trace_id`. Never allocates.
class GoogleCloudPropagator final : public Propagator {
 public:
  GoogleCloudPropagator() noexcept : Propagator(formats::gcp) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;
};

}  // namespace baton
