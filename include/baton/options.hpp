// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/global.hpp"
#include "baton/propagator.hpp"
#include "baton/tracer.hpp"

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

/// The options of every function that handles a received message.
///
///     baton::kafka::process(*message, ship, {.tracer = &tracer, .span_name = "ship"});
struct HandleOptions {
  const PropagatorChain& chain = global_chain();
  ExtractReport* report = nullptr;   ///< as in ExtractOptions
  Tracer* tracer = global_tracer();  ///< starts a span for the message; null: forwards
  std::string_view span_name = {};   ///< empty: by the transport's semantic conventions

  [[nodiscard]] ExtractOptions extraction() const noexcept { return {chain, report}; }
};

/// The options of every function that sends a message.
///
///     baton::http::call(request, send, {.tracer = &tracer, .span_name = "GET /prices"});
struct SendOptions {
  const PropagatorChain& chain = global_chain();
  Tracer* tracer = global_tracer();  ///< starts a span for the message; null: forwards
  std::string_view span_name = {};   ///< empty: by the transport's semantic conventions

  [[nodiscard]] InjectOptions injection() const noexcept { return {chain}; }
};

}  // namespace baton
