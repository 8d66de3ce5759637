#pragma once

#include <string>
#include <string_view>

#include "baton/chain.hpp"

namespace baton {

/// A chain made from names, and what was wrong with them.
struct ConfiguredChain {
  PropagatorChain chain;
  /// One sentence for each thing that was wrong, joined by "; ". Empty: all was well.
  std::string error;
};

/// Makes a chain from a list such as `tracecontext,baggage,b3`: names separated by commas, blanks
/// around them ignored, the first of twins kept. `none` gives an empty chain, also beside others,
/// which is an error. An unknown name is an error; the other names are used all the same. An empty
/// list gives an empty chain.
[[nodiscard]] ConfiguredChain make_chain(std::string_view names,
                                         ExtractionPolicy policy = ExtractionPolicy::last_wins);

/// The same from the environment variable OTEL_PROPAGATORS; unset or empty, it counts as
/// `tracecontext,baggage`.
[[nodiscard]] ConfiguredChain make_chain_from_environment();

}  // namespace baton
