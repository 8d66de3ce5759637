#include "baton/chain.hpp"

#include <algorithm>
#include <utility>

namespace baton {

PropagatorChain::PropagatorChain(std::vector<Link> propagators, ExtractionPolicy policy)
    : propagators_(std::move(propagators)), policy_(policy) {
  std::erase(propagators_, nullptr);
  for (const Link& propagator : propagators_) {
    for (const std::string_view field : propagator->fields()) {
      if (std::find(fields_.begin(), fields_.end(), field) == fields_.end()) {
        fields_.push_back(field);
      }
    }
  }
}

Extracted PropagatorChain::extract(CarrierReader carrier, Context& context,
                                   ExtractReport* report) const {
  Extracted best = Extracted::nothing;
  if (policy_ == ExtractionPolicy::last_wins && report == nullptr) {
    for (const Link& propagator : propagators_) {
      best = std::max(best, propagator->extract(carrier, context));
    }
    return best;
  }

  const bool first_wins = policy_ == ExtractionPolicy::first_match;
  const Propagator* winner = nullptr;
  bool has_decision = false;
  for (const Link& propagator : propagators_) {
    const bool is_decided = first_wins && winner != nullptr;
    if (is_decided && report == nullptr && !propagator->reads_baggage()) continue;

    // What was won so far: to put it back where the first one wins, and to compare. Not held for
    // longer or oftener than that, since a block that is shared takes no neighbour.
    SpanContext before;
    if (winner != nullptr && propagator->reads_span_context()) before = context.span_context();
    const Sampling sampling_before = context.sampling();

    const Extracted found = propagator->extract(carrier, context, report);
    best = std::max(best, found);
    if (found == Extracted::span_context) {
      if (report != nullptr && winner != nullptr &&
          before.trace_id != context.span_context().trace_id) {
        report->set_disagreeing_format(is_decided ? propagator->name() : winner->name());
      }
      if (is_decided) {
        context.set_span_context(before, sampling_before);
        continue;
      }
      winner = propagator.get();
    } else if (found == Extracted::decision && !context.span_context().is_valid()) {
      if (first_wins && has_decision) {
        context.set_sampling(sampling_before);
        continue;
      }
      has_decision = true;
    } else {
      continue;
    }
    if (report != nullptr) report->set_format(propagator->name());
  }
  return best;
}

}  // namespace baton
