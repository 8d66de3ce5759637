// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/global.hpp"
#include "baton/propagator.hpp"

namespace baton {

/// The options of every function that extracts. They are read only during the call.
///
///     baton::ExtractReport report;
///     const baton::Context context = baton::http::extract(headers, {.report = &report});
struct ExtractOptions {
  const PropagatorChain& chain = global_chain();
  ExtractReport* report = nullptr;  ///< if not null, receives every field that cannot be used
};

/// The options of every function that injects. They are read only during the call.
///
///     baton::http::inject(headers, baton::current(), {.chain = chain});
struct InjectOptions {
  const PropagatorChain& chain = global_chain();
  /// Whom the message is for, if the chain has trust rules: a host, a topic, a queue.
  std::string_view destination = {};
};

}  // namespace baton
