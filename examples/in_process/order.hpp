// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <baton/baton.hpp>
#include <iostream>
#include <string_view>
#include <syncstream>

namespace example {

/// The context of an order that arrived without one: a new trace.
[[nodiscard]] inline baton::Context new_trace() {
  baton::Context context;
  context.set_sampling(baton::Sampling::sample);
  return std::move(context).child();
}

/// Prints what became of an order, with the ids of the current context.
inline void report(int order, std::string_view step) {
  std::osyncstream(std::cout) << "order " << order << ' ' << step << baton::log_fields() << '\n';
}

}  // namespace example
