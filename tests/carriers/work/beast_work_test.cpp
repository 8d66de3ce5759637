// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/beast.hpp"
#include "count.hpp"

namespace {

using namespace work_test;
using BeastFields = boost::beast::http::fields;

TEST(Work, OfBeast) {
  const auto make_fields = [](const Fields& fields) {
    BeastFields made;
    for (const auto& [name, value] : fields) made.insert(name, value);
    return made;
  };
  expect_linear_carrier<BeastFields>(
      "Beast", make_fields, [](BeastFields& fields) { return baton::http::BeastCarrier(fields); },
      {others_alone, spellings, again});
}

}  // namespace
