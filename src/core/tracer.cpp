// SPDX-License-Identifier: Apache-2.0
#include "baton/tracer.hpp"

#include <atomic>
#include <optional>
#include <utility>

#include "baton/id_tracer.hpp"
#include "baton/samplers.hpp"
#include "core/decide.hpp"
#include "core/ot_member.hpp"
#include "core/threshold.hpp"

namespace baton {
namespace {

/// Every tracer that was ever global, since a span of it may still end.
struct Kept {
  std::shared_ptr<Tracer> tracer;
  Kept* older;
};

constinit std::atomic<Kept*> newest{nullptr};

}  // namespace

void set_global_tracer(std::shared_ptr<Tracer> tracer) {
  auto* const kept = new Kept{std::move(tracer), newest.load()};
  while (!newest.compare_exchange_weak(kept->older, kept)) {
  }
  detail::global_tracer.store(kept->tracer.get(), std::memory_order_release);
}

IdTracer::IdTracer() : IdTracer(make_sampler_from_environment().sampler) {}

Context IdTracer::context_of(const SpanStart& start, const Sampler& sampler) noexcept {
  return detail::decide(start.parent.child(), start, sampler);
}

Context detail::decide(Context context, const SpanStart& start, const Sampler& sampler) noexcept {
  if (context.sampling() == Sampling::debug) {
    // Whoever set it did so whatever the randomness was: no probability is known.
    context.set_trace_state(
        detail::with_threshold(context.span_context().trace_state, std::nullopt));
    return context;
  }
  SamplingResult result = sampler.sample(start, context.trace_id());
  const bool is_impossible = result.threshold && (*result.threshold >> randomness_bits) != 0;
  if (is_impossible || (result.threshold && !is_sampled(result.sampling))) {
    result.threshold = std::nullopt;
    result.is_written = false;
  }
  if (!result.is_written && (result.threshold || !result.trace_state.empty())) {
    result.trace_state = with_threshold(result.trace_state, result.threshold);
  }
  context.set_sampling(result.sampling);
  context.set_trace_state(std::move(result.trace_state));
  return context;
}

}  // namespace baton
