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

/// What an extraction needs of a reader of the chain, in one place.
struct Step {
  const Propagator* format;
  bool reads_span_context;
  std::uint8_t counter;
  std::uint32_t bit;  ///< the step in a set of steps
};

/// What a format found: a span context, a trace id alone, or a decision alone.
struct Found {
  const Step* step = nullptr;
  SpanContext span_context;
  Sampling sampling = Sampling::defer;

  [[nodiscard]] const Vocabulary& format_says() const noexcept {
    return step->format->traits().says;
  }
};

/// The decision of two formats with the same ids. A format that cannot say a decision does not
/// contradict it. Any decision wins over `defer`; in a contradiction, that of `winner` does.
Sampling combine(const Found& winner, const Found& other) noexcept {
  const Sampling said = winner.sampling;
  const auto adds = [&](Sampling plain, Sampling special) {
    return said == plain && other.sampling == special && !winner.format_says().has(special);
  };
  if (adds(Sampling::sample, Sampling::debug)) return Sampling::debug;
  if (adds(Sampling::drop, Sampling::defer)) return Sampling::defer;
  const bool may_mean_defer = other.sampling == Sampling::drop && !other.format_says().defer;
  return said == Sampling::defer && !may_mean_defer ? other.sampling : said;
}

/// Whether two ids are of the same trace. Some formats carry only the last 64 bits.
bool is_same_trace(const TraceId& a, const TraceId& b) noexcept {
  return a.low() == b.low() && (a.high() == b.high() || a.high() == 0 || b.high() == 0);
}

/// The members of both. Of two with the same key, the one from the `tracestate` field counts, or
/// else the winner's. Members of only the other format are added at the front.
TraceState join_trace_states(const Found& winner, const Found& other) noexcept {
  const bool is_winners = winner.format_says().trace_state || !other.format_says().trace_state;
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

/// Adds to `winner` what only `other`, of the same trace, can say.
void complete(Found& winner, const Found& other) noexcept {
  SpanContext& ours = winner.span_context;
  const SpanContext& theirs = other.span_context;
  if (ours.trace_id.high() == 0) ours.trace_id = theirs.trace_id;
  if (ours.span_id != theirs.span_id) return;
  if (!theirs.trace_state.empty()) ours.trace_state = join_trace_states(winner, other);
  ours.flags = TraceFlags(static_cast<std::uint8_t>(ours.flags.bits() | theirs.flags.bits()));
  winner.sampling = combine(winner, other);
}

/// Results of one kind from several formats. If there is no room, the newest one replaces the last.
class Candidates {
 public:
  void add(const Step& step, const Context& context) {
    count_ = std::min(count_ + 1, all_.size());
    all_[count_ - 1] = {&step, context.span_context(), context.sampling()};
  }
  void clear() noexcept { count_ = 0; }

  [[nodiscard]] std::span<const Found> all() const noexcept {
    return std::span(all_).first(count_);
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
      if (bit << 1U != 0) bit <<= 1U;  // all further ones share the last bit
    }
  }

  /// The fields that are read and not written.
  [[nodiscard]] std::span<const std::string_view> stale_fields() const noexcept {
    return std::span(fields).subspan(written_fields);
  }

  /// The context with a tracestate that agrees with its decision; nothing if it already does.
  [[nodiscard]] std::optional<Context> reconcile(const Context& context) const {
    std::optional<Context> reconciled;
    for (const Propagator* keeper : keepers) {
      const Context& said = reconciled ? *reconciled : context;
      auto state = keeper->reconcile(said.span_context().trace_state, said.sampling(), {});
      if (!state) continue;
      if (!reconciled) reconciled = context;
      reconciled->set_trace_state(*std::move(state));
    }
    return reconciled;
  }

  void write(const Context& context, CarrierWriter carrier) const {
    for (const Link& writer : writers) writer->inject(context, carrier);
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
  if (links_->keepers.empty()) return links_->write(context, carrier);
  const std::optional<Context> reconciled = links_->reconcile(context);
  links_->write(reconciled ? *reconciled : context, carrier);
}

bool PropagatorChain::owns(std::string_view field) const noexcept {
  const auto is_owner = [field](const Link& propagator) {
    return propagator->traits().owns(field);
  };
  return std::ranges::any_of(readers(), is_owner) || std::ranges::any_of(writers(), is_owner);
}

/// One extraction: collects what the formats find, chooses a winner, and completes it with what the
/// other formats say of its trace. A request with a single format, the usual case, skips most of
/// it.
class PropagatorChain::Extraction {
 public:
  Extraction(const Links& chain, CarrierReader carrier, Context& context, ExtractReport* report)
      : chain_(chain), carrier_(carrier), context_(context), report_(report) {}

  Extracted run() {
    Extracted best = Extracted::nothing;
    for (const Step& step : chain_.steps) {
      const Extracted found = ask(step, context_);
      if (found == Extracted::nothing) continue;
      if (is_taken(found)) return run_behind(step, found);
      best = std::max(best, found);
    }
    counter_.add_extraction();
    return best;
  }

 private:
  Extracted ask(const Step& step, Context& context) {
    const Extracted found = step.format->extract(carrier_, context, report_);
    if (found == Extracted::nothing) return found;
    counter_.add_found(step.counter);
    if (found == Extracted::malformed) counter_.add_malformed(step.counter);
    return found;
  }

  /// Whether the context now has what a format has found, rather than what it had before.
  [[nodiscard]] bool is_taken(Extracted found) const noexcept {
    if (found == Extracted::span_context) return true;
    if (found == Extracted::trace_id) return !context_.span_context().is_valid();
    return found == Extracted::decision && !context_.trace_id().is_valid();
  }

  /// Asks the formats after the first one with a trace or a decision. A request with a span context
  /// rarely has another one: one pass over all names avoids a lookup of each field.
  Extracted run_behind(const Step& first, Extracted found) {
    std::uint32_t present = all_steps;
    bool has_looked = found != Extracted::span_context;
    const Step* winner = &first;
    for (const Step* step = &first + 1; step != end(); ++step) {
      if (!step->reads_span_context) {
        ask(*step, context_);
        continue;
      }
      if (!std::exchange(has_looked, true)) present = find_present();
      if ((present & step->bit) == 0) continue;
      winner = collect(first, found, step, present);
      break;
    }
    counter_.add_extraction();
    counter_.add_won(winner->counter);
    if (report_ != nullptr) report_->set_format(winner->format->traits().name);
    return found;
  }

  /// The steps whose fields may be present.
  [[nodiscard]] std::uint32_t find_present() const {
    std::uint32_t present = 0;
    carrier_.keys([&](std::string_view name) {
      present |= chain_.filter.find(name);
      return true;
    });
    return present;
  }

  /// Each other format, from `next` on, reads into a context of its own, except for the baggage.
  /// Then chooses between all. `most` is the most that was found. Returns the winner.
  [[gnu::noinline]] const Step* collect(const Step& first, Extracted& most, const Step* next,
                                        std::uint32_t present) {
    Candidates all;                 // those that found the most
    std::optional<Found> decision;  // a decision alone, while there is no span context
    if (most == Extracted::decision) {
      decision = {&first, {}, context_.sampling()};
    } else {
      all.add(first, context_);
    }
    for (const Step* step = next; step != end(); ++step) {
      if (!step->reads_span_context) {
        ask(*step, context_);
        continue;
      }
      if ((present & step->bit) == 0) continue;
      Context other;
      if (most == Extracted::span_context) other = context_;
      other.set_baggage(context_.baggage());
      const Extracted found = ask(*step, other);
      context_.set_baggage(other.baggage());
      if (found > most) {
        all.clear();
        all.add(*step, other);
        context_ = std::move(other);
        most = found;
        if (found != Extracted::span_context) continue;
        decision.reset();
        present = find_present();
      } else if (found == Extracted::decision && most != Extracted::span_context) {
        if (!decision || chain_.policy == ExtractionPolicy::last_wins) {
          decision = {step, {}, other.sampling()};
        }
      } else if (found == most) {
        all.add(*step, other);
      }
    }
    return decide(all.all(), decision, most);
  }

  const Step* decide(std::span<const Found> all, const std::optional<Found>& decision,
                     Extracted kind) {
    if (all.empty() && decision) {
      context_.set_sampling(decision->sampling);
      return decision->step;
    }
    const Found& best = chain_.policy == ExtractionPolicy::first_match ? all.front() : all.back();
    Found winner = best;
    for (const Found& other : all) {
      if (&other == &best) continue;
      if (is_same_trace(winner.span_context.trace_id, other.span_context.trace_id)) {
        complete(winner, other);
      } else if (kind == Extracted::span_context) {
        disagree(*other.step);
      }
    }
    if (decision) winner.sampling = combine(winner, *decision);
    reconcile(winner, all);
    context_.set_span_context(winner.span_context, winner.sampling);
    return winner.step;
  }

  void disagree(const Step& step) {
    counter_.add_disagreed(step.counter);
    if (report_ != nullptr) report_->set_disagreeing_format(step.format->traits().name);
  }

  /// Each format with a member in tracestate adds there what the winner's format cannot say.
  static void reconcile(Found& winner, std::span<const Found> all) {
    SpanContext& ours = winner.span_context;
    for (const Found& each : all) {
      const SpanContext& theirs = each.span_context;
      if (!is_same_trace(ours.trace_id, theirs.trace_id) || ours.span_id != theirs.span_id) {
        continue;
      }
      auto state =
          each.step->format->reconcile(ours.trace_state, winner.sampling, theirs.trace_state);
      if (state) ours.trace_state = *std::move(state);
    }
  }

  [[nodiscard]] const Step* end() const noexcept {
    return chain_.steps.data() + chain_.steps.size();
  }

  static constexpr std::uint32_t all_steps = ~std::uint32_t{0};

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
