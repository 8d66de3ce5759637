// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "fuzz/input.hpp"
#include "laws/list_laws.hpp"

/// Choice 0: each line is an instance of tracestate. Choices 1 to 4: of baggage, under different
/// limits. Choice 5: keys that may be repeated. Others: the classes of all characters.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<baton::BaggageLimits, 4> limits = {
      {{180, 8192}, {3, 64}, {4, 150}, {1000, 100000}}};
  const fuzz::Input input(data, size);
  const std::size_t choice = input.choice();
  if (choice == 0) {
    laws::check_tracestate_twins(laws::ExactFields(input.lines()));
  } else if (choice <= limits.size()) {
    laws::check_baggage_twins(laws::ExactFields(input.lines()), limits[choice - 1]);
  } else if (choice == 5) {
    laws::check_key_filter(input.lines());
  } else {
    laws::check_windows<baton::detail::TraceStateList>(input.text());
    laws::check_windows<baton::detail::BaggageList>(input.text());
  }
  return 0;
}
