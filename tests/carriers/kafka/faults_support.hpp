// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "span_support.hpp"
#include "support/faults.hpp"

namespace kafka_test {

using baton::test::fail_each;
using baton::test::faults;

inline const baton::PropagatorChain chain = baton::make_chain("tracecontext,baggage").chain;

/// More headers than librdkafka removes one by one.
inline const Headers many = [] {
  Headers headers = {{"a", "1"}};
  for (int i = 0; i < 12; ++i) headers.emplace_back("baggage", "k" + std::to_string(i) + "=v");
  headers.emplace_back("z", std::nullopt);
  return headers;
}();
inline const std::vector<Headers> lists = {
    {},
    {{"a", "1"}, {"Traceparent", other_parent}, {"traceparent", other_parent}, {"z", ""}},
    many};

/// A context that several headers carry.
inline const baton::Context& sent_context() {
  static const baton::Context context = [] {
    baton::Context made = context_of(parent);
    made.set_baggage(baton::Baggage::parse("user=1"));
    return made;
  }();
  return context;
}

inline bool is_ours(const Header& header) { return chain.owns(header.first); }

/// What is not ours of a list.
inline Headers others(const Headers& all) {
  Headers rest;
  std::ranges::remove_copy_if(all, std::back_inserter(rest), is_ours);
  return rest;
}

}  // namespace kafka_test
