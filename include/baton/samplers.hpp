// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "baton/sampler.hpp"

/// OpenTelemetry's samplers, and one that limits a rate.
///
///     const auto sampler = baton::parent_based(baton::trace_id_ratio(0.1));
///     baton::set_global_tracer(std::make_shared<baton::IdTracer>(sampler));
///
/// What others have put into the tracestate remains, also in its member `ot`: only that member's
/// sub-key `th` changes, and it is in no span that is not sampled. OpenTelemetry, *TraceState:
/// Probability Sampling* and *TraceState Handling*.
namespace baton {

/// Samples every span, whatever its parent decided. Writes no `th`, as OpenTelemetry's SDKs do: the
/// requests of most services need no tracestate. `trace_id_ratio(1)` writes it.
[[nodiscard]] std::shared_ptr<const Sampler> always_on();

/// Samples no span.
[[nodiscard]] std::shared_ptr<const Sampler> always_off();

/// Samples that share of the traces, whatever the parent decided, and writes `th`.
///
/// The trace's randomness decides: `rv` in the tracestate's member `ot` or, if there is none, the
/// last 56 bits of the trace id. They are presumed to be random even if the random flag is clear.
/// So all services decide alike, and a service with a lower ratio samples a subset of what the
/// others sample.
///
/// The ratio is from 2^-56 to 1, rounded to 4 significant hexadecimal digits of the share that is
/// not sampled. A lower one, such as 0, samples nothing. A higher one counts as 1, and so does NaN.
[[nodiscard]] std::shared_ptr<const Sampler> trace_id_ratio(double ratio);

/// Samplers to ask, instead of taking over the parent's decision; null: take it over.
struct ParentOverrides {
  std::shared_ptr<const Sampler> remote_sampled = {};
  std::shared_ptr<const Sampler> remote_not_sampled = {};
  std::shared_ptr<const Sampler> local_sampled = {};
  std::shared_ptr<const Sampler> local_not_sampled = {};
};

/// Takes over the parent's decision. Asks `root`, which must not be null, if there is none: no
/// parent, a trace id alone, or `defer`. A decision without a span counts as a remote parent.
///
/// `th` remains if the parent is sampled and its randomness agrees. If a sampler in `overrides`
/// samples, `th` is the higher one of both; there is none if one of them has none, or if the parent
/// is not sampled, because then no probability is known.
[[nodiscard]] std::shared_ptr<const Sampler> parent_based(std::shared_ptr<const Sampler> root,
                                                          ParentOverrides overrides = {});

/// Samples so many spans per second, whatever their parents decided; after a pause, also those of
/// one second, but at least one, at once. The first ones are sampled: that is no probability, so
/// there is no `th`. Threads share the limit; processes do not. As the root of `parent_based`, it
/// limits traces.
///
/// Samples nothing if the rate is not above 0. Its clock may have a resolution of milliseconds.
[[nodiscard]] std::shared_ptr<const Sampler> rate_limited(double spans_per_second);

/// A sampler made from a name, and what is wrong with that.
struct ConfiguredSampler {
  std::shared_ptr<const Sampler> sampler;  ///< never null
  std::string error;                       ///< one sentence; empty: no error
};

/// Makes a sampler by its name in OpenTelemetry's configuration:
///
/// | name | sampler | argument | if absent or invalid |
/// |---|---|---|---|
/// | `always_on` | `always_on()` | | |
/// | `always_off` | `always_off()` | | |
/// | `traceidratio` | `trace_id_ratio(argument)` | from 0 to 1 | 1 |
/// | `baton_rate_limited` | `rate_limited(argument)` | spans per second, from 0 to 10^9 | 100 |
/// | `parentbased_` and one of these | `parent_based(…)` of it | as without | as without |
///
/// `baton_rate_limited` is not OpenTelemetry's. An unknown name is an error, and the sampler is
/// then `parentbased_always_on`. An invalid argument is an error, and so is one that the sampler
/// does not take. Names match in any case. Blanks around both are ignored.
[[nodiscard]] ConfiguredSampler make_sampler(std::string_view name, std::string_view argument = {});

/// Makes the sampler that `OTEL_TRACES_SAMPLER` names, with the argument in
/// `OTEL_TRACES_SAMPLER_ARG`. If the first is unset or empty, the second is not read, and the
/// sampler is `parentbased_always_on`.
[[nodiscard]] ConfiguredSampler make_sampler_from_environment();

}  // namespace baton
