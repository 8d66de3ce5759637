#include "baton/chain.hpp"

#include <algorithm>
#include <optional>
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

  const Propagator* winner = nullptr;
  for (const Link& propagator : propagators_) {
    const bool decided = policy_ == ExtractionPolicy::first_match && winner != nullptr;
    if (decided && report == nullptr && !propagator->reads_baggage()) continue;

    // What was won so far, to put back where the first one wins, and to compare for the report.
    std::optional<std::pair<SpanContext, Sampling>> before;
    if (decided || (winner != nullptr && report != nullptr)) {
      before.emplace(context.span_context(), context.sampling());
    }

    const Extracted found = propagator->extract(carrier, context, report);
    if (found == Extracted::span_context) {
      const Propagator* loser = decided ? propagator.get() : winner;
      if (report != nullptr && before &&
          before->first.trace_id != context.span_context().trace_id) {
        report->set_disagreeing_format(loser->name());
      }
      if (decided) {
        context.set_span_context(std::move(before->first), before->second);
      } else {
        winner = propagator.get();
        if (report != nullptr) report->set_format(winner->name());
      }
    } else if (found == Extracted::decision && winner == nullptr && report != nullptr) {
      report->set_format(propagator->name());
    }
    best = std::max(best, found);
  }
  return best;
}

}  // namespace baton
