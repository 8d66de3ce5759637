#include "baton/chain.hpp"

#include <algorithm>
#include <utility>

#include "chars.hpp"
#include "extraction_counter.hpp"

namespace baton {
namespace {

/// What two formats say together that brought the same ids: none takes away what the other had no
/// word for. A decision stands over none, and the winner's over a contradiction.
Sampling combine(Sampling winner, Sampling other) noexcept {
  if (winner == other) return winner;
  if (is_sampled(winner) && is_sampled(other)) return Sampling::debug;
  if (!is_sampled(winner) && !is_sampled(other)) return Sampling::defer;
  return winner == Sampling::defer ? other : winner;
}

/// Gives `winner` what only `other` could say of the same ids.
void complete(Context& winner, const Context& other) {
  SpanContext whole = winner.span_context();
  const SpanContext& more = other.span_context();
  if (whole.trace_state.empty()) whole.trace_state = more.trace_state;
  whole.flags = TraceFlags(static_cast<std::uint8_t>(whole.flags.bits() | more.flags.bits()));
  winner.set_span_context(std::move(whole), combine(winner.sampling(), other.sampling()));
}

void add_new(std::vector<std::string_view>& names, std::span<const std::string_view> more) {
  for (const std::string_view name : more) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
}

}  // namespace

PropagatorChain::PropagatorChain(std::vector<Link> readers, std::vector<Link> writers,
                                 ExtractionPolicy policy)
    : readers_(std::move(readers)), writers_(std::move(writers)), policy_(policy) {
  std::erase(readers_, nullptr);
  std::erase(writers_, nullptr);
  for (const Link& writer : writers_) add_new(fields_, writer->fields());
  written_fields_ = fields_.size();
  std::uint32_t bit = 1;
  for (const Link& reader : readers_) {
    add_new(fields_, reader->read_fields());
    steps_.push_back({reader.get(), reader->reads_span_context(),
                      detail::ExtractionCounter::number_of(reader->name()), bit});
    for (const std::string_view name : reader->read_fields()) filter_.add(name, bit);
    for (const std::string_view prefix : reader->prefixes()) filter_.add_prefix(prefix, bit);
    if (bit << 1U != 0) bit <<= 1U;  // all that are too many share the last one
  }
}

// Three letters and the size tell the names of formats from those that every request has. All cases
// of a letter are the same in its last five bits.
std::size_t PropagatorChain::NameFilter::letters_of(const char* name) noexcept {
  const auto letter = [name](std::size_t i) {
    return std::size_t{static_cast<unsigned char>(name[i])} & 31U;
  };
  return (letter(0) ^ letter(1) << 1U ^ letter(2) << 3U) % letters;
}

void PropagatorChain::NameFilter::add(std::string_view name, std::uint32_t steps) noexcept {
  add(name, std::min(name.size(), sizes - 1), std::min(name.size(), sizes - 1), steps);
}

void PropagatorChain::NameFilter::add_prefix(std::string_view prefix,
                                             std::uint32_t steps) noexcept {
  add(prefix, std::min(prefix.size(), sizes - 1), sizes - 1, steps);
}

void PropagatorChain::NameFilter::add(std::string_view begin, std::size_t least, std::size_t most,
                                      std::uint32_t steps) noexcept {
  for (std::size_t size = least; size <= most; ++size) by_size_[size] |= steps;
  if (begin.size() >= 3) {
    by_letters_[letters_of(begin.data())] |= steps;
  } else if (most > begin.size()) {  // longer names begin in any way
    for (std::uint32_t& all : by_letters_) all |= steps;
  }
}

std::uint32_t PropagatorChain::NameFilter::find(std::string_view name) const noexcept {
  const std::uint32_t of_size = by_size_[std::min(name.size(), sizes - 1)];
  if (of_size == 0 || name.size() < 3) return of_size;
  return of_size & by_letters_[letters_of(name.data())];
}

bool PropagatorChain::owns(std::string_view field) const noexcept {
  const auto is_owner = [field](const Link& propagator) { return propagator->owns(field); };
  return std::any_of(readers_.begin(), readers_.end(), is_owner) ||
         std::any_of(writers_.begin(), writers_.end(), is_owner);
}

/// One extraction under way: who is the best so far.
class PropagatorChain::Extraction {
 public:
  Extraction(const PropagatorChain& chain, CarrierReader carrier, Context& context,
             ExtractReport* report)
      : filter_(chain.filter_),
        carrier_(carrier),
        context_(context),
        report_(report),
        first_wins_(chain.policy_ == ExtractionPolicy::first_match) {}

  Extracted ask(const Step& step) {
    // A winner has hardly ever company: one look at all names spares looking for each.
    if (winner_ != nullptr && step.reads_span_context) {
      if (!has_looked_) look();
      return (present_ & step.bit) != 0 ? ask_beside_winner(step) : Extracted::nothing;
    }

    const Sampling sampling_before = context_.sampling();
    const Extracted found = step.propagator->extract(carrier_, context_, report_);
    count_found(step, found);
    if (found == Extracted::span_context) {
      winner_ = &step;
    } else if (found == Extracted::decision && !context_.span_context().is_valid()) {
      if (decider_ != nullptr && first_wins_) {
        context_.set_sampling(sampling_before);
      } else {
        decider_ = &step;
      }
    }
    return found;
  }

  void finish() {
    const Step* const best = winner_ != nullptr ? winner_ : decider_;
    counter_.add_extraction();
    if (best == nullptr) return;
    counter_.add_won(best->counter);
    if (report_ != nullptr) report_->set_format(best->propagator->name());
  }

 private:
  void look() {
    has_looked_ = true;
    carrier_.keys([this](std::string_view name) {
      present_ |= filter_.find(name);
      return true;
    });
  }

  /// The others read into a context of their own, but for the baggage.
  [[gnu::noinline]] Extracted ask_beside_winner(const Step& step) {
    Context other;
    other.set_baggage(context_.take_baggage());
    const Extracted found = step.propagator->extract(carrier_, other, report_);
    context_.set_baggage(other.take_baggage());
    count_found(step, found);
    if (found != Extracted::span_context) return found;

    const Step& preferred = first_wins_ ? *winner_ : step;
    const Step& loser = first_wins_ ? step : *winner_;
    const SpanContext& ours = context_.span_context();
    const SpanContext& theirs = other.span_context();
    if (ours.trace_id != theirs.trace_id) {
      counter_.add_disagreed(loser.counter);
      if (report_ != nullptr) report_->set_disagreeing_format(loser.propagator->name());
    }
    const bool is_same = ours.trace_id == theirs.trace_id && ours.span_id == theirs.span_id;
    if (first_wins_) {
      if (is_same) complete(context_, other);
    } else {
      if (is_same) complete(other, context_);
      context_.set_span_context(theirs, other.sampling());
    }
    winner_ = &preferred;
    return found;
  }

  void count_found(const Step& step, Extracted found) {
    if (found == Extracted::nothing) return;
    counter_.add_found(step.counter);
    if (found == Extracted::malformed) counter_.add_malformed(step.counter);
  }

  const NameFilter& filter_;
  const CarrierReader carrier_;
  Context& context_;
  ExtractReport* const report_;
  const bool first_wins_;
  const Step* winner_ = nullptr;   // whose span context was taken
  const Step* decider_ = nullptr;  // whose lone decision was
  bool has_looked_ = false;
  std::uint32_t present_ = 0;  // steps of which there may be fields
  detail::ExtractionCounter counter_;
};

Extracted PropagatorChain::extract(CarrierReader carrier, Context& context,
                                   ExtractReport* report) const {
  Extraction extraction(*this, carrier, context, report);
  Extracted best = Extracted::nothing;
  for (const Step& step : steps_) best = std::max(best, extraction.ask(step));
  extraction.finish();
  return best;
}

}  // namespace baton
