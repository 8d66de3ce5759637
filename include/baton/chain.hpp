#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "baton/propagator.hpp"

namespace baton {

/// Which format wins where a request brings several.
enum class ExtractionPolicy : std::uint8_t {
  last_wins,    ///< the last of the chain that gives a span context: OpenTelemetry's composite
  first_match,  ///< the first one: what a migration wants
};

/// Several propagators as one, in order.
///
///     baton::PropagatorChain chain({std::make_shared<baton::TraceContextPropagator>(),
///                                   std::make_shared<baton::BaggagePropagator>(),
///                                   std::make_shared<baton::B3Propagator>()},
///                                  baton::ExtractionPolicy::first_match);
///
/// Immutable; a copy shares the propagators. Any number of threads may use it.
class PropagatorChain {
 public:
  using Link = std::shared_ptr<const Propagator>;

  /// Reads and writes nothing.
  PropagatorChain() = default;

  /// Reads and writes with the same propagators.
  explicit PropagatorChain(const std::vector<Link>& propagators,
                           ExtractionPolicy policy = ExtractionPolicy::last_wins)
      : PropagatorChain(propagators, propagators, policy) {}

  /// Reads with some and writes with others, as a migration does.
  PropagatorChain(std::vector<Link> readers, std::vector<Link> writers, ExtractionPolicy policy);

  /// Lets each reader read the carrier into `context`, and gives back the best that any of them
  /// found.
  ///
  /// Where several give a span context, the policy chooses one. Another with the same trace id and
  /// span id comes from the same caller, and completes it with what the chosen format cannot say:
  /// tracestate, the random flag, `debug` for `sample`, `defer` for `drop`, and the first half of a
  /// trace id whose last 64 bits are the same. Another with a different trace id is in
  /// disagreement, and reported. A decision without a span context counts only where no format gave
  /// one.
  ///
  /// What each format gave is counted: see `extraction_counts`.
  Extracted extract(CarrierReader carrier, Context& context, ExtractReport* report = nullptr) const;

  /// The same, into a new context.
  [[nodiscard]] Context extract(CarrierReader carrier, ExtractReport* report = nullptr) const {
    Context context;
    extract(carrier, context, report);
    return context;
  }

  /// Lets each writer write `context` into the carrier, and erases the fields of what is only read.
  /// What belongs to a family of fields (`uberctx-…`) cannot be erased by name: see `owns`.
  void inject(const Context& context, CarrierWriter carrier) const {
    for (const std::string_view field : stale_fields()) carrier.erase(field);
    for (const Link& propagator : writers_) propagator->inject(context, carrier);
  }

  /// All fields that `inject` sets or erases, each once.
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept { return fields_; }

  /// Whether a field of that name, in any case, is of one of the chain's formats: what a proxy
  /// leaves out when it copies a request before it injects.
  [[nodiscard]] bool owns(std::string_view field) const noexcept;

  /// Those that are asked, in order.
  [[nodiscard]] std::span<const Link> readers() const noexcept { return readers_; }
  /// Those that write, in order.
  [[nodiscard]] std::span<const Link> writers() const noexcept { return writers_; }
  [[nodiscard]] ExtractionPolicy policy() const noexcept { return policy_; }

 private:
  class Extraction;

  /// What `extract` needs of a reader, side by side.
  struct Step {
    const Propagator* propagator;
    bool reads_span_context;
    std::uint8_t counter;
    std::uint32_t bit;  ///< stands for it in a set of steps
  };

  /// Says of the name of a field which steps may read it: never a false no, rarely a false yes.
  class NameFilter {
   public:
    void add(std::string_view name, std::uint32_t steps) noexcept;
    void add_prefix(std::string_view prefix, std::uint32_t steps) noexcept;
    [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept;

   private:
    static constexpr std::size_t letters = 64;
    static constexpr std::size_t sizes = 32;  // the last one stands for all longer ones
    static std::size_t letters_of(const char* name) noexcept;
    void add(std::string_view begin, std::size_t least, std::size_t most,
             std::uint32_t steps) noexcept;

    std::array<std::uint32_t, letters> by_letters_{};
    std::array<std::uint32_t, sizes> by_size_{};
  };

  [[nodiscard]] std::span<const std::string_view> stale_fields() const noexcept {
    return std::span(fields_).subspan(written_fields_);
  }

  std::vector<Link> readers_;
  std::vector<Link> writers_;
  std::vector<Step> steps_;
  NameFilter filter_;
  std::vector<std::string_view> fields_;  // first those that are written, then the stale ones
  std::size_t written_fields_ = 0;
  ExtractionPolicy policy_ = ExtractionPolicy::last_wins;
};

}  // namespace baton
