// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "baton/baton.hpp"
#include "baton/carriers/celery.hpp"

namespace celery_test {

inline constexpr std::string_view parent =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

inline baton::Context context_of(std::string_view traceparent, std::string_view baggage = "") {
  const auto parsed = baton::Traceparent::parse(traceparent).value();
  baton::Context context;
  context.set_span_context({parsed.trace_id, parsed.parent_id, parsed.flags, false, {}});
  if (!baggage.empty()) context.set_baggage(baton::Baggage::parse(baggage));
  return context;
}

inline boost::json::value json(std::string_view text) { return boost::json::parse(text); }

/// Both steps of a consumer.
inline baton::celery::received<baton::celery::ReceivedTask> receive(
    std::string_view envelope, const baton::celery::Limits& limits = {}) {
  auto message = baton::celery::from_redis(envelope, limits);
  if (!message) return tl::unexpected(message.error());
  return baton::celery::read_task(*std::move(message), limits);
}

}  // namespace celery_test
