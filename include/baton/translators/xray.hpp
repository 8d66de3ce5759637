// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/propagator.hpp"

namespace baton {

namespace formats {
extern const FormatTraits xray;
extern const FormatTraits xray_lambda;
}  // namespace formats

/// The tracing header of AWS X-Ray.
///
///     x-amzn-trace-id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1
///
///     value   = pair *( ";" pair )
///     pair    = OWS [ key OWS "=" OWS text ] OWS   ; unknown keys are ignored
///     Root    = "1-" 8HEXDIGLC "-" 24HEXDIGLC      ; required, not all zero
///     Parent  = 16HEXDIGLC                         ; not all zero; without one: a trace id alone
///     Sampled = "1" / "0" / "?"                    ; "?" or without one: defer
///
/// Pairs may be in any order, and their keys are case-sensitive. Of repeated keys, and of repeated
/// fields, the first counts. Sent as Root, Parent, Sampled, without Parent for a trace id alone,
/// and without Sampled for defer; debug is sent as sampled. Not sent: tracestate, baggage, the
/// random flag, a decision without ids.
///
/// Errors: `empty`, `missing_equals`, `bad_version`, `bad_length`, `bad_delimiter`, `bad_hex`,
/// `bad_sampling_state`, `zero_trace_id`, `zero_span_id`, and at the end of the value
/// `missing_field` if there is no Root. Never allocates.
class AwsXRayPropagator final : public Propagator {
 public:
  AwsXRayPropagator() noexcept : Propagator(formats::xray) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override;
};

/// The same for an AWS Lambda function: the environment variable `_X_AMZN_TRACE_ID`, in which
/// Lambda's runtime puts the tracing header of each invocation, is read after the field. Of two
/// spans, the variable's counts.
///
/// If the context already has a valid span context, an earlier format of the chain has found the
/// caller, and the environment is not read, as OpenTelemetry's conventions for Lambda require. A
/// chain that has found a span context does not read another one there either. An empty variable
/// counts as absent. Errors of the variable are reported under its name. Never allocates.
///
/// Reads the environment at each `extract`; it must not change meanwhile.
class AwsXRayLambdaPropagator final : public Propagator {
 public:
  AwsXRayLambdaPropagator() noexcept : Propagator(formats::xray_lambda) {}

  Extracted extract(CarrierReader carrier, Context& context,
                    ExtractReport* report = nullptr) const override;
  void inject(const Context& context, CarrierWriter carrier) const override {
    xray_.inject(context, carrier);
  }

 private:
  AwsXRayPropagator xray_;
};

}  // namespace baton
