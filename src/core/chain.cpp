// SPDX-License-Identifier: Apache-2.0
#include "baton/chain.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "baton/detail/found_fields.hpp"
#include "core/chain_entries.hpp"
#include "core/extraction_counter.hpp"
#include "core/is_owned.hpp"
#include "core/trust.hpp"
#include "text/growing_text.hpp"

namespace baton {
namespace {

using detail::Step;

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

/// Results of one kind from several formats. There is room for those of the registry. Of more, the
/// newest one replaces the last: the first and the last remain, between which the policy chooses.
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
  std::array<Found, 16> all_;
  std::size_t count_ = 0;
};

}  // namespace

PropagatorChain::PropagatorChain(std::vector<Entry> readers, std::vector<Entry> writers,
                                 ExtractionPolicy policy)
    : entries_(std::make_shared<const Entries>(std::move(readers), std::move(writers), policy)) {}

std::span<const PropagatorChain::Entry> PropagatorChain::readers() const noexcept {
  if (entries_ == nullptr) return {};
  return entries_->readers;
}

std::span<const PropagatorChain::Entry> PropagatorChain::writers() const noexcept {
  if (entries_ == nullptr) return {};
  return entries_->writers;
}

std::span<const std::string_view> PropagatorChain::fields() const noexcept {
  if (entries_ == nullptr) return {};
  return entries_->fields;
}

std::span<const std::string_view> PropagatorChain::prefixes() const noexcept {
  if (entries_ == nullptr) return {};
  return entries_->prefixes;
}

ExtractionPolicy PropagatorChain::policy() const noexcept {
  return entries_ != nullptr ? entries_->policy : ExtractionPolicy::last_wins;
}

void PropagatorChain::Entries::inject_by_trust(const Context& context, CarrierWriter carrier,
                                               std::string_view destination) const {
  const DestinationRule* const rule = trust->find(destination);
  if (rule == nullptr) return inject(context, carrier);
  const Context allowed = detail::restrict(context, *rule);
  erase_families(context.baggage(), allowed.baggage(), carrier, *rule);
  const detail::WithoutTraceState<true> binary(carrier);
  const detail::WithoutTraceState<false> text(carrier);
  if (!rule->trace_state) carrier = carrier.has_binary_fields() ? CarrierWriter(binary) : text;
  inject(allowed, carrier);
}

void PropagatorChain::Entries::erase_families(const Baggage& baggage, const Baggage& allowed,
                                              CarrierWriter carrier,
                                              const DestinationRule& rule) const {
  for (const std::string_view prefix : prefixes) {
    detail::GrowingText name(prefix, detail::GrowingText::Shortage::throws);
    for (const BaggageMember& member : baggage) {
      // Without memory, nothing leaves of what is allowed.
      if (!allowed.empty() && detail::is_key_allowed(member.key(), rule.baggage)) continue;
      name.truncate(prefix.size());
      name.append_lower(member.key());
      if (name.failed()) return;
      carrier.erase(name.view());
    }
  }
}

void PropagatorChain::inject(const Context& context, CarrierWriter carrier,
                             std::string_view destination) const {
  if (entries_ == nullptr) return;
  if (entries_->trust != nullptr) [[unlikely]] {
    return entries_->inject_by_trust(context, carrier, destination);
  }
  entries_->inject(context, carrier);
}

PropagatorChain PropagatorChain::with_trust(TrustRules rules) const {
  const bool has_rules = rules != TrustRules();
  if (entries_ == nullptr || (!has_rules && !has_trust_rules())) return *this;
  auto entries = std::make_shared<Entries>(*entries_);
  entries->trust = has_rules ? std::make_shared<const detail::Trust>(std::move(rules)) : nullptr;
  PropagatorChain chain;
  chain.entries_ = std::move(entries);
  return chain;
}

bool PropagatorChain::has_trust_rules() const noexcept {
  return entries_ != nullptr && entries_->trust != nullptr;
}

bool PropagatorChain::restricts(std::string_view destination) const noexcept {
  return has_trust_rules() && entries_->trust->find(destination) != nullptr;
}

bool PropagatorChain::owns(std::string_view field) const noexcept {
  return entries_ != nullptr && detail::is_owned(field, entries_->fields, entries_->prefixes);
}

bool PropagatorChain::owns_by_prefix(std::string_view field) const noexcept {
  return detail::is_owned(field, {}, prefixes());
}

/// One extraction: collects what the formats find, chooses a winner, and completes it with what the
/// other formats say of its trace. A request with a single format, the usual case, skips most of
/// it.
class PropagatorChain::Extraction {
 public:
  /// `found` has the fields of the carrier, or is null.
  Extraction(const Entries& chain, CarrierReader carrier, const detail::FoundFields* found,
             Context& context, ExtractReport* report)
      : chain_(chain),
        carrier_(found != nullptr ? CarrierReader(*found, carrier) : carrier),
        may_find_(found != nullptr ? found->readers() | chain.steps_without_fields : all_steps),
        context_(context),
        report_(report) {}

  Extracted run() {
    if (!counter_) [[unlikely]]
      return run_without_block();
    Extracted best = Extracted::nothing;
    for (const Step& step : chain_.steps) {
      const Extracted found = may_find(step) ? ask(step, context_) : Extracted::nothing;
      if (found == Extracted::nothing) continue;
      if (is_taken(found)) return run_behind(step, found);
      best = std::max(best, found);
    }
    counter_.add_extraction();
    return best;
  }

 private:
  [[gnu::noinline]] Extracted run_without_block() {
    Extracted found = Extracted::nothing;
    detail::ExtractionCounter::count_together([&](detail::ExtractionCounter counter) {
      counter_ = counter;
      found = run();
    });
    return found;
  }

  /// Whether one of the format's fields may be there, as far as that is known.
  [[nodiscard]] bool may_find(const Step& step) const noexcept {
    return (may_find_ & step.bit) != 0;
  }

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
    bool has_looked = found != Extracted::span_context;
    const Step* winner = &first;
    for (const Step* step = &first + 1; step != end(); ++step) {
      if (step->reads_span_context && !std::exchange(has_looked, true)) find_present();
      if (!may_find(*step)) continue;
      if (!step->reads_span_context) {
        ask(*step, context_);
        continue;
      }
      winner = collect(first, found, step);
      break;
    }
    counter_.add_extraction();
    counter_.add_won(winner->counter);
    if (report_ != nullptr) report_->set_format(winner->format->traits().name);
    return found;
  }

  /// Finds the steps that may find something.
  void find_present() {
    if (may_find_ != all_steps) return;
    std::uint32_t present = chain_.steps_without_fields;
    carrier_.keys([&](std::string_view name) {
      present |= chain_.known.readers_of(name);
      return true;
    });
    may_find_ = present;
  }

  /// Each other format, from `next` on, reads into a context of its own, except for the baggage.
  /// Then chooses between all. `most` is the most that was found. Returns the winner.
  [[gnu::noinline]] const Step* collect(const Step& first, Extracted& most, const Step* next) {
    Candidates all;                 // those that found the most
    std::optional<Found> decision;  // a decision alone, while there is no span context
    if (most == Extracted::decision) {
      decision = {&first, {}, context_.sampling()};
    } else {
      all.add(first, context_);
    }
    for (const Step* step = next; step != end(); ++step) {
      if (!may_find(*step)) continue;
      if (!step->reads_span_context) {
        ask(*step, context_);
        continue;
      }
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
        find_present();
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

  const Entries& chain_;
  const CarrierReader carrier_;
  std::uint32_t may_find_;  // the steps that may find something, as bits
  Context& context_;
  ExtractReport* const report_;
  detail::ExtractionCounter counter_;
};

namespace {

Extracted count_nothing() {
  detail::ExtractionCounter counter;
  if (counter) {
    counter.add_extraction();
  } else {
    detail::ExtractionCounter::count_together(
        [](detail::ExtractionCounter together) { together.add_extraction(); });
  }
  return Extracted::nothing;
}

}  // namespace

/// Passes over all fields at once if the carrier has `fields`. In one with an index, lookups cost
/// less if it has many fields, or for a single format, which mostly finds its first field.
Extracted PropagatorChain::run(const Entries& entries, CarrierReader carrier, Context& context,
                               ExtractReport* report) {
  const bool has_single_format = entries.steps.size() == 1;
  if (!carrier.has_fields() || (carrier.has_index() && has_single_format)) {
    return Extraction(entries, carrier, nullptr, context, report).run();
  }
  detail::FoundFields found(carrier, entries.known);
  if (!found.collect()) return Extraction(entries, carrier, nullptr, context, report).run();
  if ((found.readers() | entries.steps_without_fields) != 0) {
    return Extraction(entries, carrier, &found, context, report).run();
  }
  return count_nothing();
}

Extracted PropagatorChain::extract(CarrierReader carrier, Context& context,
                                   ExtractReport* report) const {
  if (entries_ == nullptr) return count_nothing();
  if (!entries_->filters_callers()) [[likely]] {
    return run(*entries_, carrier, context, report);
  }
  SpanContext link;
  return extract_by_trust(carrier, context, link, report);
}

Received PropagatorChain::receive(CarrierReader carrier, ExtractReport* report) const {
  Received received;
  if (entries_ != nullptr && entries_->filters_callers()) {
    received.found = extract_by_trust(carrier, received.context, received.link, report);
  } else {
    received.found = extract(carrier, received.context, report);
  }
  return received;
}

Extracted PropagatorChain::extract_by_trust(CarrierReader carrier, Context& context,
                                            SpanContext& link, ExtractReport* report) const {
  Context received = context;
  const Extracted found = run(*entries_, carrier, received, report);
  link = entries_->trust->accept(received, context, report);
  return found;
}

}  // namespace baton
