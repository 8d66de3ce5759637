// SPDX-License-Identifier: Apache-2.0
#pragma once

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
/// One shared immutable object: a copy costs a reference count, and any number of threads may use
/// it. A chain that was moved from is an empty one.
class PropagatorChain {
 public:
  using Link = std::shared_ptr<const Propagator>;

  /// An empty chain: reads and writes nothing. Allocates nothing.
  PropagatorChain() noexcept = default;

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
  /// members of tracestate, the random flag, `debug` for `sample`, `defer` for `drop`, and the
  /// first half of a trace id whose last 64 bits are the same. Another with a different trace id is
  /// in disagreement, and reported.
  ///
  /// A trace id alone counts only if no format gave a span context. The policy chooses one, and
  /// others of the same trace complete it. It disagrees with nobody: a load balancer that starts a
  /// trace in its own format does so beside any other. A decision alone counts only if no format
  /// gave a span context; it completes a trace id alone in the same way.
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
  void inject(const Context& context, CarrierWriter carrier) const;

  /// All fields that `inject` sets or erases, each once.
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept;

  /// Whether a field of that name, in any case, is of one of the chain's formats: what a proxy
  /// leaves out when it copies a request before it injects.
  [[nodiscard]] bool owns(std::string_view field) const noexcept;

  /// Those that are asked, in order.
  [[nodiscard]] std::span<const Link> readers() const noexcept;
  /// Those that write, in order.
  [[nodiscard]] std::span<const Link> writers() const noexcept;
  [[nodiscard]] ExtractionPolicy policy() const noexcept;

 private:
  class Extraction;
  struct Links;

  std::shared_ptr<const Links> links_;  // none: an empty chain
};

}  // namespace baton
