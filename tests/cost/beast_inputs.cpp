// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/beast.hpp"
#include "carrier_inputs.hpp"

namespace {

const baton::test::Carrier beast([] {
  baton::test::count_carrier(
      "Beast",
      [](const baton::test::Pairs& message, auto count) {
        boost::beast::http::fields fields;
        for (const auto& [name, value] : message) fields.insert(name, value);
        count(baton::http::BeastCarrier(fields));
      },
      baton::http::BeastCarrier<boost::beast::http::fields>::max_size);
});

}  // namespace
