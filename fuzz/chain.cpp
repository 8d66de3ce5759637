// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "fuzz/input.hpp"
#include "laws/chain_laws.hpp"

namespace {

/// Making a chain takes as long as using it.
const baton::PropagatorChain& chain_of(const std::vector<std::string>& formats, bool first_match) {
  constexpr std::size_t most = 10'000;
  static std::map<std::pair<std::string, bool>, baton::PropagatorChain> made;
  if (made.size() > most) made.clear();
  const auto [place, is_new] = made.try_emplace({oracle::join(formats, ","), first_match});
  if (is_new) place->second = laws::chain_of(formats, first_match);
  return place->second;
}

}  // namespace

/// The choice picks the policy (its lowest bit), whether what was read is sent or a child of it
/// (the next bit), the number of the formats, and their order. Lines of a name and a value follow.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  std::size_t choice = input.choice();
  const bool first_match = choice % 2 == 1;
  choice /= 2;
  const bool is_child = choice % 2 == 1;
  choice /= 2;
  std::vector<std::string> rest = laws::all_formats();
  std::vector<std::string> formats;
  const std::size_t count = rest.size() - choice % rest.size();
  choice /= rest.size();
  while (formats.size() < count) {
    const auto next = rest.begin() + static_cast<std::ptrdiff_t>(choice % rest.size());
    choice /= rest.size();
    formats.push_back(*next);
    rest.erase(next);
  }
  const baton::PropagatorChain& chain = chain_of(formats, first_match);
  const oracle::Fields fields = input.named_fields();
  const laws::Received received = laws::check_extract(chain, formats, first_match, fields);
  if (is_child) {
    laws::check_child(chain, received.context, fields);
  } else {
    laws::check_forward(chain, formats, received, fields);
  }
  return 0;
}
