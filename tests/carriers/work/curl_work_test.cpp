// SPDX-License-Identifier: Apache-2.0
#include "carriers/curl/support.hpp"
#include "count.hpp"

namespace {

using namespace work_test;
using curl_test::List;

TEST(Work, OfCurl) {
  const auto make_list = [](const Fields& fields) {
    List list;
    for (const auto& [name, value] : fields) list.add(name + ": " + value);
    return list;
  };
  expect_linear_carrier<List>("curl", make_list,
                              [](List& list) { return baton::curl::SlistCarrier(list.head); },
                              {others_alone, spellings, again});
}

}  // namespace
