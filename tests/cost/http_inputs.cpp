// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>
#include <string>

#include "baton/carriers/http.hpp"
#include "carrier_inputs.hpp"

namespace {

using baton::http::HeaderCarrier;
using baton::test::count_carrier;
using baton::test::count_reader;
using baton::test::Pairs;

const baton::test::Carrier http([] {
  count_carrier(
      "HeaderCarrier over a sequence",
      [](const Pairs& message, auto count) { count(HeaderCarrier(message)); },
      baton::test::mebibyte, baton::test::Messages::all);
  count_carrier("HeaderCarrier over a multimap", [](const Pairs& message, auto count) {
    const std::multimap<std::string, std::string> fields(message.begin(), message.end());
    count(HeaderCarrier(fields));
  });
  count_carrier("MapCarrier", [](const Pairs& message, auto count) {
    const std::map<std::string, std::string> fields(message.begin(), message.end());
    count(baton::MapCarrier(fields));
  });
  count_reader("MapCarrier, found by views", [](const Pairs& message, auto count) {
    const std::map<std::string, std::string, std::less<>> fields(message.begin(), message.end());
    count([&](const baton::ExtractOptions& options) {
      static_cast<void>(options.extract(baton::MapCarrier(fields)));
    });
  });
});

}  // namespace
