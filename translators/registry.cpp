// SPDX-License-Identifier: Apache-2.0
#include "baton/registry.hpp"

#include "baton/translators/b3.hpp"
#include "baton/translators/datadog.hpp"
#include "baton/translators/gcp.hpp"
#include "baton/translators/jaeger.hpp"
#include "baton/translators/opencensus.hpp"
#include "baton/translators/ottrace.hpp"
#include "baton/translators/xray.hpp"
#include "baton/w3c.hpp"

namespace baton {
namespace {

using Link = std::shared_ptr<const Propagator>;

/// For formats without options.
template <class T>
Link make(const PropagatorOptions&) {
  return std::make_shared<const T>();
}

Link make_trace_context(const PropagatorOptions& options) {
  TraceContextPropagator::Options own;
  own.sampling_in_tracestate = options.sampling_in_tracestate;
  return std::make_shared<const TraceContextPropagator>(own);
}

template <B3Propagator::Encoding encoding>
Link make_b3(const PropagatorOptions& options) {
  return std::make_shared<const B3Propagator>(
      B3Propagator::Options{encoding, options.b3_short_trace_ids});
}

// One line for each format: its traits, and the function that makes its propagator.
constexpr RegisteredPropagator registry[] = {
    {formats::tracecontext, make_trace_context},
    {formats::baggage, make<BaggagePropagator>},
    {formats::b3, make_b3<B3Propagator::Encoding::single>},
    {formats::b3multi, make_b3<B3Propagator::Encoding::multi>},
    {formats::datadog, make<DatadogPropagator>},
    {formats::gcp, make<GoogleCloudPropagator>},
    {formats::jaeger, make<JaegerPropagator>},
    {formats::opencensus, make<OpenCensusPropagator>},
    {formats::ottrace, make<OtTracePropagator>},
    {formats::xray, make<AwsXRayPropagator>},
    {formats::xray_lambda, make<AwsXRayLambdaPropagator>},
};

}  // namespace

std::span<const RegisteredPropagator> registered_propagators() noexcept { return registry; }

}  // namespace baton
