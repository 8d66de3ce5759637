// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/chain.hpp"
#include "baton/registry.hpp"

namespace baton {

/// A chain by names: which formats are read, which are written, and how.
///
/// A list is names separated by commas, such as `tracecontext,baggage,b3`; blanks around them do
/// not count, and the first of twins stays. `none` stands for no format at all.
struct ChainConfiguration {
  std::string_view extract;  ///< what is read, in this order
  std::string_view inject;   ///< what is written
  ExtractionPolicy policy = ExtractionPolicy::last_wins;
  PropagatorOptions options;
};

/// A chain made from names, and what was wrong with them.
struct ConfiguredChain {
  PropagatorChain chain;
  /// One sentence for each thing that was wrong, joined by "; ". Empty: all was well.
  std::string error;
};

/// Makes the chain. An unknown name is an error; the other names are used all the same. `none`
/// beside others is an error, and gives an empty list. Errors of a name that both lists have come
/// once.
[[nodiscard]] ConfiguredChain make_chain(const ChainConfiguration& configuration);

/// Makes a chain that reads and writes the same formats.
[[nodiscard]] inline ConfiguredChain make_chain(
    std::string_view names, ExtractionPolicy policy = ExtractionPolicy::last_wins) {
  return make_chain(ChainConfiguration{names, names, policy, {}});
}

/// Makes a chain as the environment says:
///
/// | variable | values | unset or empty |
/// |---|---|---|
/// | `OTEL_PROPAGATORS` | what is read and written | `tracecontext,baggage` |
/// | `BATON_EXTRACT` | what is read | `OTEL_PROPAGATORS` |
/// | `BATON_INJECT` | what is written | `OTEL_PROPAGATORS` |
/// | `BATON_POLICY` | `last_wins`, `first_match` | `last_wins` |
/// | `BATON_B3_SHORT_TRACE_IDS` | `true`, `false` | `false` |
/// | `BATON_SAMPLING_IN_TRACESTATE` | `true`, `false` | `false` |
///
/// Another value is an error, and counts as unset.
[[nodiscard]] ConfiguredChain make_chain_from_environment();

}  // namespace baton
