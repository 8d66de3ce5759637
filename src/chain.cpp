#include "baton/chain.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "chars.hpp"
#include "extraction_counter.hpp"

namespace baton {
namespace {

/// A span context that a format gave.
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
    return said == plain && other.sampling == special && !winner.format->can_say(special);
  };
  if (adds(Sampling::sample, Sampling::debug)) return Sampling::debug;
  if (adds(Sampling::drop, Sampling::defer)) return Sampling::defer;
  const bool may_mean_defer =
      other.sampling == Sampling::drop && !other.format->can_say(Sampling::defer);
  return said == Sampling::defer && !may_mean_defer ? other.sampling : said;
}

/// Whether two ids name the same trace. Some formats carry the last 64 bits alone.
bool is_same_trace(const TraceId& a, const TraceId& b) noexcept {
  return a.low() == b.low() && (a.high() == b.high() || a.high() == 0 || b.high() == 0);
}

/// Gives `winner` what only `other`, of the same trace, could say.
void complete(Found& winner, const Found& other) noexcept {
  SpanContext& ours = winner.span_context;
  const SpanContext& theirs = other.span_context;
  if (ours.trace_id.high() == 0) ours.trace_id = theirs.trace_id;
  if (ours.span_id != theirs.span_id) return;
  if (ours.trace_state.empty()) ours.trace_state = theirs.trace_state;
  ours.flags = TraceFlags(static_cast<std::uint8_t>(ours.flags.bits() | theirs.flags.bits()));
  winner.sampling = combine(winner, other);
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
// of a letter are the same in its last five bits; environment variables have "_" for "-".
std::size_t PropagatorChain::NameFilter::letters_of(const char* name) noexcept {
  const auto letter = [name](std::size_t i) {
    const char c = name[i] == '_' ? '-' : name[i];
    return std::size_t{static_cast<unsigned char>(c)} & 31U;
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

/// One extraction under way.
class PropagatorChain::Extraction {
 public:
  Extraction(const PropagatorChain& chain, CarrierReader carrier, Context& context,
             ExtractReport* report)
      : chain_(chain), carrier_(carrier), context_(context), report_(report) {}

  Extracted run() {
    Extracted best = Extracted::nothing;
    const Step* decider = nullptr;  // whose lone decision was taken
    for (const Step& step : chain_.steps_) {
      const Sampling sampling_before = context_.sampling();
      const Extracted found = ask(step, context_);
      best = std::max(best, found);
      if (found == Extracted::span_context) {
        finish(&ask_beside_winner(step));
        return best;
      }
      if (found != Extracted::decision || context_.span_context().is_valid()) continue;
      if (decider != nullptr && chain_.policy_ == ExtractionPolicy::first_match) {
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
    for (std::size_t i = index_of(first) + 1; i < chain_.steps_.size(); ++i) {
      const Step& step = chain_.steps_[i];
      if (!step.reads_span_context) {
        ask(step, context_);
        continue;
      }
      if (!std::exchange(has_looked, true)) present = look();
      if ((present & step.bit) != 0) return settle(index_of(first), i, present);
    }
    return first;
  }

  /// The steps of which there may be fields.
  [[nodiscard]] std::uint32_t look() const {
    std::uint32_t present = 0;
    carrier_.keys([&](std::string_view name) {
      present |= chain_.filter_.find(name);
      return true;
    });
    return present;
  }

  /// Lets the others, from `next` on, read into a context of their own, but for the baggage, and
  /// decides between all.
  [[gnu::noinline]] const Step& settle(std::size_t first, std::size_t next, std::uint32_t present) {
    std::array<Found, 8> all;  // of more the last one is remembered
    std::size_t count = 0;
    const auto remember = [&](std::size_t step, const Context& context) {
      count = std::min(count + 1, all.size());
      all[count - 1] = {step, chain_.steps_[step].propagator, context.span_context(),
                        context.sampling()};
    };
    remember(first, context_);
    for (std::size_t i = next; i < chain_.steps_.size(); ++i) {
      const Step& step = chain_.steps_[i];
      if (!step.reads_span_context) {
        ask(step, context_);
      } else if ((present & step.bit) != 0) {
        Context other;
        other.set_baggage(context_.baggage());
        const Extracted found = ask(step, other);
        context_.set_baggage(other.baggage());
        if (found == Extracted::span_context) remember(i, other);
      }
    }

    Found& winner = chain_.policy_ == ExtractionPolicy::first_match ? all.front() : all[count - 1];
    for (const Found& other : std::span(all).first(count)) {
      if (&other == &winner) continue;
      if (is_same_trace(winner.span_context.trace_id, other.span_context.trace_id)) {
        complete(winner, other);
      } else {
        counter_.add_disagreed(chain_.steps_[other.step].counter);
        if (report_ != nullptr) report_->set_disagreeing_format(other.format->name());
      }
    }
    context_.set_span_context(winner.span_context, winner.sampling);
    return chain_.steps_[winner.step];
  }

  void finish(const Step* best) {
    counter_.add_extraction();
    if (best == nullptr) return;
    counter_.add_won(best->counter);
    if (report_ != nullptr) report_->set_format(best->propagator->name());
  }

  [[nodiscard]] std::size_t index_of(const Step& step) const {
    return static_cast<std::size_t>(&step - chain_.steps_.data());
  }

  const PropagatorChain& chain_;
  const CarrierReader carrier_;
  Context& context_;
  ExtractReport* const report_;
  detail::ExtractionCounter counter_;
};

Extracted PropagatorChain::extract(CarrierReader carrier, Context& context,
                                   ExtractReport* report) const {
  return Extraction(*this, carrier, context, report).run();
}

}  // namespace baton
