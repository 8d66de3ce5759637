// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "fuzz/input.hpp"
#include "laws/trust_laws.hpp"

/// The choice picks the chain. Lines of a destination, of rules for destinations and of one for
/// callers follow, and then lines of a name and a value.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array chains{
      laws::chain_of({"tracecontext", "baggage"}, false),
      laws::chain_of({"tracecontext", "datadog", "jaeger", "ottrace", "baggage"}, false),
      laws::chain_of({"b3", "xray", "opencensus", "baggage"}, true)};
  const fuzz::Input input(data, size);
  const baton::PropagatorChain& chain = chains[input.choice() % chains.size()];
  std::vector<std::string> lines = input.lines();
  const std::string destination = fuzz::take(lines);
  const auto rules = laws::check_destinations(fuzz::take(lines));
  const std::string callers = fuzz::take(lines);
  const oracle::Fields fields = fuzz::named_fields(lines);
  laws::check_leaving(chain, chain.extract(fields), rules, destination);
  laws::check_callers(chain, callers, fields);
  return 0;
}
