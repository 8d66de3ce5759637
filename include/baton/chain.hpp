#pragma once

#include <cstdint>
#include <initializer_list>
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
  explicit PropagatorChain(std::vector<Link> propagators,
                           ExtractionPolicy policy = ExtractionPolicy::last_wins);

  /// Lets each propagator read the carrier into `context`. The best that any of them found is
  /// given back. `first_match` leaves out formats that could no longer win, but for those that may
  /// bring baggage; with a report it asks them all the same, to see whether they agree.
  Extracted extract(CarrierReader carrier, Context& context, ExtractReport* report = nullptr) const;

  /// The same, into a new context.
  [[nodiscard]] Context extract(CarrierReader carrier, ExtractReport* report = nullptr) const {
    Context context;
    extract(carrier, context, report);
    return context;
  }

  /// Lets each propagator write `context` into the carrier.
  void inject(const Context& context, CarrierWriter carrier) const {
    for (const Link& propagator : propagators_) propagator->inject(context, carrier);
  }

  /// All fields that `inject` may write, each once.
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept { return fields_; }
  [[nodiscard]] std::span<const Link> propagators() const noexcept { return propagators_; }
  [[nodiscard]] ExtractionPolicy policy() const noexcept { return policy_; }

 private:
  std::vector<Link> propagators_;
  std::vector<std::string_view> fields_;
  ExtractionPolicy policy_ = ExtractionPolicy::last_wins;
};

}  // namespace baton
