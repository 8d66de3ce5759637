// SPDX-License-Identifier: Apache-2.0
#include "carrier_inputs.hpp"
#include "carriers/curl/support.hpp"

namespace {

const baton::test::Carrier curl([] {
  baton::test::count_carrier("curl", [](const baton::test::Pairs& message, auto count) {
    curl_test::List list;
    for (const auto& [name, value] : message) list.add(name + ": " + value);
    count(baton::curl::ConstSlistCarrier(list.head));
  });
});

}  // namespace
