// SPDX-License-Identifier: Apache-2.0
#include "baton/chain.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "core/extraction_counter.hpp"
#include "core/name_filter.hpp"
#include "text/chars.hpp"

namespace baton {
namespace {

/// A span context, or a trace id alone, that a format gave.
struct Found {
  std::size_t step = 0;
  const Propagator* format = nullptr;
  SpanContext span_context;
  Sampling sampling = Sampling::defer;
};

/// What two formats say together that brought the same ids: neither takes away what the other has
/// no word for. A decision stands over none, and the winner's over a contradiction.
Sampling combine(const Found& winner, const Found& other) noexcept {
  const Sampling said = winner.sampling;
  const auto adds = [&](Sampling plain, Sampling special) {
    return said == plain && other.sampling == special && !winner.format->traits().says.has(special);
  };
  if (adds(Sampling::sample, Sampling::debug)) return Sampling::debug;
  if (adds(Sampling::drop, Sampling::defer)) return Sampling::defer;
  const bool may_mean_defer =
      other.sampling == Sampling::drop && !other.format->traits().says.defer;
  return said == Sampling::defer && !may_mean_defer ? other.sampling : said;
}

/// Whether two ids name the same trace. Some formats carry the last 64 bits alone.
bool is_same_trace(const TraceId& a, const TraceId& b) noexcept {
  return a.low() == b.low() && (a.high() == b.high() || a.high() == 0 || b.high() == 0);
}

/// The members of both. Of two with the same key that of the field itself counts, or else the
/// winner's; what only the other format brought is put in front.
TraceState join_trace_states(const Found& winner, const Found& other) noexcept {
  const bool is_winners =
      winner.format->traits().says.trace_state || !other.format->traits().says.trace_state;
  TraceState joined = (is_winners ? winner : other).span_context.trace_state;
  const TraceState& more = (is_winners ? other : winner).span_context.trace_state;
  if (joined.empty()) return more;
  std::array<TraceState::Member, TraceState::max_members> added;
  std::size_t count = 0;
  for (const TraceState::Member& member : more) {
    if (!joined.get(member.key)) added[count++] = member;
  }
  while (count-- != 0) {
    joined = joined.set(added[count].key, added[count].value).value_or(joined);
  }
  return joined;
}

/// Gives `winner` what only `other`, of the same trace, could say.
void complete(Found& winner, const Found& other) noexcept {
  SpanContext& ours = winner.span_context;
  const SpanContext& theirs = other.span_context;
  if (ours.trace_id.high() == 0) ours.trace_id = theirs.trace_id;
  if (ours.span_id != theirs.span_id) return;
  if (!theirs.trace_state.empty()) ours.trace_state = join_trace_states(winner, other);
  ours.flags = TraceFlags(static_cast<std::uint8_t>(ours.flags.bits() | theirs.flags.bits()));
  winner.sampling = combine(winner, other);
}

/// What several formats gave of one kind; of more than there is room for, the last one is kept.
class Candidates {
 public:
  void add(std::size_t step, const Propagator* format, const Context& context) {
    count_ = std::min(count_ + 1, all_.size());
    all_[count_ - 1] = {step, format, context.span_context(), context.sampling()};
  }

  /// The one that the policy chooses, completed by the others of its trace; `on_other_trace` gets
  /// those that are of another.
  template <class Visitor>
  Found choose(ExtractionPolicy policy, Visitor on_other_trace) {
    const auto all = std::span(all_).first(count_);
    const Found& best = policy == ExtractionPolicy::first_match ? all.front() : all.back();
    Found winner = best;
    for (const Found& other : all) {
      if (&other == &best) continue;
      if (is_same_trace(winner.span_context.trace_id, other.span_context.trace_id)) {
        complete(winner, other);
      } else {
        on_other_trace(other);
      }
    }
    return winner;
  }

  /// Lets each format that has a member in tracestate say there what the winner's had no word for.
  void reconcile(Found& winner) const {
    SpanContext& ours = winner.span_context;
    for (const Found& each : std::span(all_).first(count_)) {
      const SpanContext& theirs = each.span_context;
      if (!is_same_trace(ours.trace_id, theirs.trace_id) || ours.span_id != theirs.span_id)
        continue;
      auto state = each.format->reconcile(ours.trace_state, winner.sampling, theirs.trace_state);
      if (state) ours.trace_state = *std::move(state);
    }
  }

 private:
  std::array<Found, 8> all_;
  std::size_t count_ = 0;
};

void add_new(std::vector<std::string_view>& names, std::span<const std::string_view> more) {
  for (const std::string_view name : more) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

/// What a reader of the chain is asked for, side by side.
struct Step {
  const Propagator* propagator;
  bool reads_span_context;
  std::uint8_t counter;
  std::uint32_t bit;  ///< stands for it in a set of steps
};

}  // namespace

struct PropagatorChain::Links {
  Links(std::vector<Link> reading, std::vector<Link> writing, ExtractionPolicy which)
      : readers(std::move(reading)), writers(std::move(writing)), policy(which) {
    std::erase(readers, nullptr);
    std::erase(writers, nullptr);
    for (const Link& writer : writers) {
      add_new(fields, writer->traits().fields);
      if (!writer->traits().state_key.empty()) keepers.push_back(writer.get());
    }
    written_fields = fields.size();
    std::uint32_t bit = 1;
    for (const Link& reader : readers) {
      const FormatTraits& traits = reader->traits();
      for (const auto& names : {traits.fields, traits.also_reads}) {
        add_new(fields, names);
        for (const std::string_view name : names) filter.add(name, bit);
      }
      for (const std::string_view prefix : traits.prefixes) filter.add_prefix(prefix, bit);
      steps.push_back({reader.get(), traits.says.has_span_context(),
                       detail::ExtractionCounter::number_of(traits.name), bit});
      if (bit << 1U != 0) bit <<= 1U;  // all that are too many share the last one
    }
  }

  /// The fields that are read and not written.
  [[nodiscard]] std::span<const std::string_view> stale_fields() const noexcept {
    return std::span(fields).subspan(written_fields);
  }

  /// A context whose tracestate agrees with the rest of it; nothing if that one does.
  [[nodiscard]] std::optional<Context> reconcile(const Context& context) const {
    std::optional<Context> reconciled;
    for (const Propagator* keeper : keepers) {
      const Context& said = reconciled ? *reconciled : context;
      auto better = keeper->reconcile(said.span_context().trace_state, said.sampling(), {});
      if (!better) continue;
      if (!reconciled) reconciled = context;
      reconciled->set_trace_state(*std::move(better));
    }
    return reconciled;
  }

  std::vector<Link> readers;
  std::vector<Link> writers;
  std::vector<const Propagator*> keepers;  // the writers that keep something in tracestate
  std::vector<Step> steps;
  detail::NameFilter filter;
  std::vector<std::string_view> fields;  // first those that are written, then the stale ones
  std::size_t written_fields = 0;
  ExtractionPolicy policy;
};

PropagatorChain::PropagatorChain(std::vector<Link> readers, std::vector<Link> writers,
                                 ExtractionPolicy policy)
    : links_(std::make_shared<const Links>(std::move(readers), std::move(writers), policy)) {}

std::span<const PropagatorChain::Link> PropagatorChain::readers() const noexcept {
  if (links_ == nullptr) return {};
  return links_->readers;
}

std::span<const PropagatorChain::Link> PropagatorChain::writers() const noexcept {
  if (links_ == nullptr) return {};
  return links_->writers;
}

std::span<const std::string_view> PropagatorChain::fields() const noexcept {
  if (links_ == nullptr) return {};
  return links_->fields;
}

ExtractionPolicy PropagatorChain::policy() const noexcept {
  return links_ != nullptr ? links_->policy : ExtractionPolicy::last_wins;
}

void PropagatorChain::inject(const Context& context, CarrierWriter carrier) const {
  if (links_ == nullptr) return;
  for (const std::string_view field : links_->stale_fields()) carrier.erase(field);
  const std::optional<Context> reconciled = links_->reconcile(context);
  const Context& said = reconciled ? *reconciled : context;
  for (const Link& propagator : links_->writers) propagator->inject(said, carrier);
}

bool PropagatorChain::owns(std::string_view field) const noexcept {
  const auto is_owner = [field](const Link& propagator) {
    return propagator->traits().owns(field);
  };
  return std::ranges::any_of(readers(), is_owner) || std::ranges::any_of(writers(), is_owner);
}

/// One extraction under way.
class PropagatorChain::Extraction {
 public:
  Extraction(const Links& chain, CarrierReader carrier, Context& context, ExtractReport* report)
      : chain_(chain), carrier_(carrier), context_(context), report_(report) {}

  Extracted run() {
    Extracted best = Extracted::nothing;
    const Step* decider = nullptr;  // whose lone decision was taken
    for (const Step& step : chain_.steps) {
      const Sampling sampling_before = context_.sampling();
      const Extracted found = ask(step, context_);
      best = std::max(best, found);
      if (found == Extracted::span_context) {
        finish(&ask_beside_winner(step));
        return best;
      }
      if (found == Extracted::trace_id && !context_.span_context().is_valid()) {
        return settle_trace_ids(step, decider, sampling_before);
      }
      if (found != Extracted::decision || context_.trace_id().is_valid()) continue;
      if (decider != nullptr && chain_.policy == ExtractionPolicy::first_match) {
        context_.set_sampling(sampling_before);
      } else {
        decider = &step;
      }
    }
    finish(decider);
    return best;
  }

 private:
  Extracted ask(const Step& step, Context& context) {
    const Extracted found = step.propagator->extract(carrier_, context, report_);
    if (found == Extracted::nothing) return found;
    counter_.add_found(step.counter);
    if (found == Extracted::malformed) counter_.add_malformed(step.counter);
    return found;
  }

  /// Asks those behind the first that gave a span context, which hardly ever has company: one look
  /// at all names spares looking for each. Gives back who wins.
  const Step& ask_beside_winner(const Step& first) {
    std::uint32_t present = 0;
    bool has_looked = false;
    for (std::size_t i = index_of(first) + 1; i < chain_.steps.size(); ++i) {
      const Step& step = chain_.steps[i];
      if (!step.reads_span_context) {
        ask(step, context_);
        continue;
      }
      if (!std::exchange(has_looked, true)) present = find_present();
      if ((present & step.bit) != 0) return settle(index_of(first), i, present);
    }
    return first;
  }

  /// The steps of which there may be fields.
  [[nodiscard]] std::uint32_t find_present() const {
    std::uint32_t present = 0;
    carrier_.keys([&](std::string_view name) {
      present |= chain_.filter.find(name);
      return true;
    });
    return present;
  }

  /// Lets the others, from `next` on, read into a context of their own, but for the baggage, and
  /// decides between all.
  [[gnu::noinline]] const Step& settle(std::size_t first, std::size_t next, std::uint32_t present) {
    Candidates all;
    all.add(first, chain_.steps[first].propagator, context_);
    for (std::size_t i = next; i < chain_.steps.size(); ++i) {
      const Step& step = chain_.steps[i];
      if (!step.reads_span_context) {
        ask(step, context_);
      } else if ((present & step.bit) != 0) {
        Context other = context_;
        const Extracted found = ask(step, other);
        context_.set_baggage(other.baggage());
        if (found == Extracted::span_context) all.add(i, step.propagator, other);
      }
    }

    Found winner = all.choose(chain_.policy, [this](const Found& other) {
      counter_.add_disagreed(chain_.steps[other.step].counter);
      if (report_ != nullptr) report_->set_disagreeing_format(other.format->traits().name);
    });
    all.reconcile(winner);
    context_.set_span_context(winner.span_context, winner.sampling);
    return chain_.steps[winner.step];
  }

  /// Goes on behind the first that gave a trace id alone: asks the others for a span context, which
  /// says more, and decides between all without one. The lone decision is the one so far.
  [[gnu::noinline]] Extracted settle_trace_ids(const Step& first, const Step* decider,
                                               Sampling decision) {
    Candidates all;
    all.add(index_of(first), first.propagator, context_);
    for (const Step& step : std::span(chain_.steps).subspan(index_of(first) + 1)) {
      Context other;
      other.set_baggage(context_.baggage());
      const Extracted found = ask(step, other);
      context_.set_baggage(other.baggage());
      if (found == Extracted::span_context) {
        context_ = std::move(other);
        finish(&ask_beside_winner(step));
        return found;
      }
      if (found == Extracted::trace_id) {
        all.add(index_of(step), step.propagator, other);
      } else if (found == Extracted::decision &&
                 (decider == nullptr || chain_.policy == ExtractionPolicy::last_wins)) {
        decider = &step;
        decision = other.sampling();
      }
    }

    Found winner = all.choose(chain_.policy, [](const Found&) {});
    if (decider != nullptr) {
      winner.sampling = combine(winner, {0, decider->propagator, {}, decision});
    }
    all.reconcile(winner);
    context_.set_span_context(winner.span_context, winner.sampling);
    finish(&chain_.steps[winner.step]);
    return Extracted::trace_id;
  }

  void finish(const Step* best) {
    counter_.add_extraction();
    if (best == nullptr) return;
    counter_.add_won(best->counter);
    if (report_ != nullptr) report_->set_format(best->propagator->traits().name);
  }

  [[nodiscard]] std::size_t index_of(const Step& step) const {
    return static_cast<std::size_t>(&step - chain_.steps.data());
  }

  const Links& chain_;
  const CarrierReader carrier_;
  Context& context_;
  ExtractReport* const report_;
  detail::ExtractionCounter counter_;
};

Extracted PropagatorChain::extract(CarrierReader carrier, Context& context,
                                   ExtractReport* report) const {
  if (links_ == nullptr) {
    detail::ExtractionCounter().add_extraction();
    return Extracted::nothing;
  }
  return Extraction(*links_, carrier, context, report).run();
}

}  // namespace baton
