// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "fuzz/input.hpp"
#include "laws/baggage_laws.hpp"

/// The tens of the choice pick the limits. Its ones: 0, each line is an instance of the field; 1,
/// the same, after lines with a key, a value, a property key and a property value to set; 2,
/// members after a bad one.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static constexpr std::array<baton::BaggageLimits, 4> all_limits = {
      {{180, 8192}, {3, 64}, {0, 8192}, {1000, 100000}}};
  const fuzz::Input input(data, size);
  const baton::BaggageLimits limits = all_limits[input.choice() / 10 % all_limits.size()];
  std::vector<std::string> lines = input.lines();
  switch (input.choice() % 10) {
    case 1: {
      const std::string key = fuzz::take(lines);
      const std::string value = fuzz::take(lines);
      const std::string property = fuzz::take(lines);
      const std::string property_value = fuzz::take(lines);
      const baton::Baggage baggage = laws::extract_baggage(lines, limits);
      laws::check_baggage_change(baggage, key, value, property, property_value, limits);
      break;
    }
    case 2: {
      const std::string bad = fuzz::take(lines);
      if (bad.find(',') != std::string::npos || oracle::read_member(oracle::trim(bad))) break;
      laws::check_baggage_bad_member(oracle::split(oracle::join(lines, ","), ','), bad, bad.size());
      break;
    }
    default: laws::check_baggage(lines, limits);
  }
  return 0;
}
