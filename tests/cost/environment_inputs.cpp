// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "baton/carriers/environment.hpp"
#include "carrier_inputs.hpp"

namespace {

const baton::test::Carrier environment([] {
  baton::test::count_reader("environment", [](const baton::test::Pairs& message, auto count) {
    std::vector<std::string> entries;
    for (const auto& [name, value] : message) {
      entries.push_back(baton::environment::variable_name(name) + "=" + value);
    }
    std::vector<const char*> list;
    for (const std::string& entry : entries) list.push_back(entry.c_str());
    const baton::environment::ListCarrier carrier{std::span<const char* const>(list)};
    count(
        [&](const baton::ExtractOptions& options) { static_cast<void>(options.extract(carrier)); });
  });
});

}  // namespace
