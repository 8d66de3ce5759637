// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/chain.hpp"
#include "baton/registry.hpp"

namespace baton {

/// The configuration of a chain, by names: the formats to read, those to write, and options.
///
/// A list is names separated by commas, such as `tracecontext,baggage,b3`. Blanks around names are
/// ignored, and so is a repeated name. `none` is no format.
struct ChainConfiguration {
  std::string_view extract;  ///< the formats to read, in this order
  std::string_view inject;   ///< the formats to write
  ExtractionPolicy policy = ExtractionPolicy::last_wins;
  PropagatorOptions options;
  TrustRules trust = {};
};

/// A chain made from names, and the errors in them.
struct ConfiguredChain {
  PropagatorChain chain;
  /// One sentence per error, joined by "; ". Empty: no error.
  std::string error;
};

/// Makes the chain. An unknown name is an error, but the other names are used. `none` beside others
/// is an error, and makes the list empty. An error in both lists is reported once.
[[nodiscard]] ConfiguredChain make_chain(const ChainConfiguration& configuration);

/// Makes a chain that reads and writes the same formats.
[[nodiscard]] inline ConfiguredChain make_chain(
    std::string_view names, ExtractionPolicy policy = ExtractionPolicy::last_wins) {
  return make_chain(ChainConfiguration{names, names, policy, {}, {}});
}

/// Makes a chain from the environment:
///
/// | variable | values | unset or empty |
/// |---|---|---|
/// | `OTEL_PROPAGATORS` | the formats to read and write | `tracecontext,baggage` |
/// | `BATON_EXTRACT` | the formats to read | `OTEL_PROPAGATORS` |
/// | `BATON_INJECT` | the formats to write | `OTEL_PROPAGATORS` |
/// | `BATON_POLICY` | `last_wins`, `first_match` | `last_wins` |
/// | `BATON_B3_SHORT_TRACE_IDS` | `true`, `false` | `false` |
/// | `BATON_SAMPLING_IN_TRACESTATE` | `true`, `false` | `false` |
/// | `BATON_DESTINATIONS` | `destinations` | all may leave |
/// | `BATON_CALLERS` | `callers` | `all` |
///
///     destinations = rule *( ";" rule )           ; the first one that matches counts
///     rule         = pattern ":" *( SP word )     ; the pattern of DestinationRule
///     word         = "context" / "tracestate" / keys / "all" / "none"
///     callers      = "all" / *( SP ( "full" / "keep_ids" / "restart" / keys ) )
///     keys         = "baggage" [ "=" key *( "," key ) ]  ; without keys: all baggage
///
///     BATON_DESTINATIONS="*.internal: all; api.partner.example: context baggage=tenant; *: none"
///     BATON_CALLERS="keep_ids baggage=tenant,region.*"
///
/// What is not named is denied: callers without a word for their context are as `restart`.
///
/// Any other value is an error. In the last two variables an error denies: an unknown word allows
/// nothing, and a rule without a valid pattern, or beyond `TrustRules::max_rules`, denies
/// everything to every destination that no rule before it matches. Of the lists of formats, the
/// names that are known are used, perhaps none; for the other variables the default is used.
///
/// `names`, if there are any, are the formats to read and write, in place of the first three
/// variables.
[[nodiscard]] ConfiguredChain make_chain_from_environment(std::string_view names = {});

}  // namespace baton
