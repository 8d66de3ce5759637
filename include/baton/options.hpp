// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>

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
  /// If not null, receives the caller's span if the chain's trust rules restart the trace. Of
  /// several messages, that of the last.
  SpanContext* link = nullptr;

  /// What the chain makes of a carrier.
  [[nodiscard]] Context extract(CarrierReader carrier) const {
    if (link == nullptr) return chain.extract(carrier, report);
    Received received = chain.receive(carrier, report);
    *link = std::move(received.link);
    return std::move(received.context);
  }
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

  /// `link` is for the span of the message, if a tracer starts one.
  [[nodiscard]] ExtractOptions extraction(SpanContext& link) const noexcept {
    return {chain, report, tracer != nullptr ? &link : nullptr};
  }
};

/// The options of every function that sends a message.
///
///     baton::http::call(request, send, {.tracer = &tracer, .span_name = "GET /prices"});
struct SendOptions {
  const PropagatorChain& chain = global_chain();
  Tracer* tracer = global_tracer();  ///< starts a span for the message; null: forwards
  std::string_view span_name = {};   ///< empty: by the transport's semantic conventions
  /// As InjectOptions::destination. HTTP, SQS and processes derive none.
  std::string_view destination = {};

  [[nodiscard]] InjectOptions injection() const noexcept { return {chain, destination}; }
};

}  // namespace baton
