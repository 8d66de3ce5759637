// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton {

/// What may leave to some destinations. What is not named is denied.
///
///     {.destination = "*.partner.example", .context = true, .baggage = {"tenant", "region.*"}}
struct DestinationRule {
  /// A name; `*.suffix` or `prefix.*`, which match longer names; or `*`, which matches all names,
  /// an unknown (empty) one too. ASCII letters match in any case, and a dot at the end of a name
  /// does not count. Nothing else is interpreted: name a host without its port.
  std::string destination;
  /// The span context, a trace id alone, and the sampling decision.
  bool context = false;
  /// The tracestate of the context, and what Datadog's fields take from it.
  bool trace_state = false;
  /// Keys of baggage, with their properties. `region.*` is every key that begins with `region.`,
  /// and `*` every key. Case counts.
  std::vector<std::string> baggage = {};

  friend bool operator==(const DestinationRule&, const DestinationRule&) = default;
};

/// How much of a caller's trace is used.
enum class CallerTrust : std::uint8_t {
  full,  ///< all of it
  /// Trace id, span id and tracestate, but no decision: that is `defer`. For services with a
  /// tracer, which decides: one that forwards sends the sampled flag clear.
  keep_ids,
  restart,  ///< nothing: a new trace may start, with the caller's span as a link
};

/// The trust boundaries of a chain: see `PropagatorChain::with_trust`.
///
/// Anything wrong denies: a rule with a bad pattern, and what is beyond `max_rules`, denies
/// everything to every destination that no rule before it matches. A bad key and keys beyond
/// `max_keys` match nothing.
struct TrustRules {
  static constexpr std::size_t max_rules = 64;
  static constexpr std::size_t max_keys = 64;           ///< of a rule, and of `callers_baggage`
  static constexpr std::size_t max_pattern_size = 255;  ///< of a destination or a key, in bytes

  /// The first one that matches counts. If none does, everything may leave.
  std::vector<DestinationRule> destinations = {};
  CallerTrust callers = CallerTrust::full;
  /// The keys of baggage that are accepted from callers, as in `DestinationRule::baggage`; none
  /// given: all if callers are trusted fully, and else no baggage.
  std::optional<std::vector<std::string>> callers_baggage = std::nullopt;

  friend bool operator==(const TrustRules&, const TrustRules&) = default;
};

}  // namespace baton
