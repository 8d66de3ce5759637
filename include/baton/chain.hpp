// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "baton/propagator.hpp"
#include "baton/trust.hpp"

namespace baton {

/// Which format wins if a request has several.
enum class ExtractionPolicy : std::uint8_t {
  last_wins,    ///< the last one with a span context, as in OpenTelemetry's composite propagator
  first_match,  ///< the first one, for migrations
};

/// What `PropagatorChain::receive` found.
struct Received {
  Context context;
  /// If callers are not trusted and the trace must restart: the caller's span, for a link of the
  /// span that starts. Invalid otherwise.
  SpanContext link;
  Extracted found = Extracted::nothing;  ///< the most that any format found
};

/// Several propagators as one, in order.
///
///     baton::PropagatorChain chain({std::make_shared<baton::TraceContextPropagator>(),
///                                   std::make_shared<baton::BaggagePropagator>(),
///                                   std::make_shared<baton::B3Propagator>()},
///                                  baton::ExtractionPolicy::first_match);
///
/// One shared immutable object: a copy costs a reference count, and any number of threads may use
/// it. A chain that was moved from is empty.
class PropagatorChain {
 public:
  using Entry = std::shared_ptr<const Propagator>;

  /// An empty chain: reads and writes nothing. Allocates nothing.
  PropagatorChain() noexcept = default;

  /// Reads and writes with the same propagators.
  explicit PropagatorChain(const std::vector<Entry>& propagators,
                           ExtractionPolicy policy = ExtractionPolicy::last_wins)
      : PropagatorChain(propagators, propagators, policy) {}

  /// Reads with some propagators and writes with others, for a migration.
  PropagatorChain(std::vector<Entry> readers, std::vector<Entry> writers, ExtractionPolicy policy);

  /// Each reader reads the carrier into `context`. Returns the most that any of them found.
  ///
  /// If several have a span context, the policy chooses one. Another one with the same trace id and
  /// span id is from the same caller, and completes it with what the chosen format cannot say:
  /// members of tracestate, the random flag, `debug` for `sample`, and `defer` for `drop`. If the
  /// chosen trace id has only its last 64 bits, another one with the same bits gives the first
  /// half, whatever its span id is. Another one with a different trace id disagrees, and is
  /// reported.
  ///
  /// A trace id alone counts only if no format has a span context. The policy chooses one, and
  /// others of the same trace complete it. It never disagrees: a load balancer that starts a trace
  /// in its own format does so beside any other. A decision alone counts only if no format has a
  /// span context; it completes a trace id alone in the same way.
  ///
  /// The results of each format are counted: see `extraction_counts`.
  ///
  /// If the chain has trust rules, the context gets what they accept of that. The result and the
  /// report say what was found.
  Extracted extract(CarrierReader carrier, Context& context, ExtractReport* report = nullptr) const;

  /// The same, into a new context.
  [[nodiscard]] Context extract(CarrierReader carrier, ExtractReport* report = nullptr) const {
    Context context;
    extract(carrier, context, report);
    return context;
  }

  /// The same, with the caller's span if the trace must restart.
  [[nodiscard]] Received receive(CarrierReader carrier, ExtractReport* report = nullptr) const;

  /// Each writer writes `context` into the carrier. Erases the fields of formats that are only
  /// read. Fields that share a prefix (`uberctx-…`) cannot be erased by name: see `owns`.
  ///
  /// If a rule matches the destination, writes only what may leave. Erases the fields of what is
  /// denied; of fields with a prefix, those of the denied keys that the context has.
  void inject(const Context& context, CarrierWriter carrier,
              std::string_view destination = {}) const;

  /// This chain with trust rules, which replace those that it has.
  ///
  ///     chain.with_trust({.destinations = {{"*.internal", true, true, {"*"}},
  ///                                        {"*", true, false, {"tenant"}}},
  ///                       .callers = baton::CallerTrust::restart})
  [[nodiscard]] PropagatorChain with_trust(TrustRules rules) const;

  /// Whether the chain has trust rules. If not, `inject` ignores the destination.
  [[nodiscard]] bool has_trust_rules() const noexcept;

  /// Whether a rule denies something to the destination.
  [[nodiscard]] bool restricts(std::string_view destination) const noexcept;

  /// All fields that `inject` sets or erases, each once.
  [[nodiscard]] std::span<const std::string_view> fields() const noexcept;

  /// The prefixes of all fields that the chain reads or writes by a prefix (`uberctx-`), each once.
  [[nodiscard]] std::span<const std::string_view> prefixes() const noexcept;

  /// Whether a field of that name, in any case, belongs to one of the chain's formats. A proxy that
  /// copies a request must leave such fields out before it injects.
  [[nodiscard]] bool owns(std::string_view field) const noexcept;
  /// Whether a name begins with one of `prefixes`, in any case. `inject` does not know the names of
  /// such fields of an earlier context: a carrier that can list its fields erases them by this.
  [[nodiscard]] bool owns_by_prefix(std::string_view field) const noexcept;

  /// The propagators that read, in order.
  [[nodiscard]] std::span<const Entry> readers() const noexcept;
  /// The propagators that write, in order.
  [[nodiscard]] std::span<const Entry> writers() const noexcept;
  [[nodiscard]] ExtractionPolicy policy() const noexcept;

 private:
  class Extraction;
  struct Entries;

  static Extracted run(const Entries& entries, CarrierReader carrier, Context& context,
                       ExtractReport* report);
  Extracted extract_by_trust(CarrierReader carrier, Context& context, SpanContext& link,
                             ExtractReport* report) const;

  std::shared_ptr<const Entries> entries_;  // none: an empty chain
};

}  // namespace baton
