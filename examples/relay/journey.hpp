// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <baton/baton.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace relay {

using Clock = std::chrono::steady_clock;
using Fields = std::vector<std::pair<std::string, std::string>>;

/// What a service received.
struct Hop {
  std::string_view service;
  std::string_view transport;
  std::string order;  ///< as the message itself names it: the context has no part in it
  Fields fields;      ///< those of the chain's formats, as received
  std::vector<std::string> issues = {};
  baton::Context context;  ///< the current one
};

struct FinishedSpan {
  std::string_view service;
  baton::SpanKind kind = baton::SpanKind::internal;
  std::string name;
  baton::TraceId trace_id;
  baton::SpanId span_id;
  baton::SpanId parent_id;  ///< zero: none
  Clock::time_point start;
  Clock::time_point end = {};
  std::string error = {};  ///< empty: none
};

/// A request on its way through all services.
struct Journey {
  std::vector<Hop> hops;
  std::vector<FinishedSpan> spans;  ///< in the order of their starts
};

/// A span of the expected way, each a child of the one before.
struct Step {
  std::string_view service;
  baton::SpanKind kind;
  std::string_view name;
  std::string_view transport;  ///< of the message that it handles; empty: it sends one
};

inline constexpr std::string_view topic = "orders";
inline constexpr std::string_view task = "mail.confirm";

inline constexpr std::array<Step, 7> route{{
    {"edge", baton::SpanKind::server, "POST /orders", "HTTP"},
    {"edge", baton::SpanKind::client, "shop.Orders/Place", ""},
    {"orders", baton::SpanKind::server, "shop.Orders/Place", "gRPC"},
    {"orders", baton::SpanKind::producer, "send orders", ""},
    {"shipping", baton::SpanKind::consumer, "process orders", "Kafka"},
    {"shipping", baton::SpanKind::producer, "apply_async/mail.confirm", ""},
    {"mailer", baton::SpanKind::consumer, "run/mail.confirm", "Celery"},
}};
inline constexpr std::size_t hop_count = 4;

[[nodiscard]] double milliseconds(Clock::duration duration);

/// The value of a field; empty if there is none.
[[nodiscard]] std::string_view value_of(const Fields& fields, std::string_view name);

/// The span in which a hop's message was handled; null if there is none.
[[nodiscard]] const FinishedSpan* span_of(const Journey& journey, const Hop& hop);

/// What is wrong with a journey, whoever sent the request: one sentence for each failure.
[[nodiscard]] std::vector<std::string> complaints_about(const Journey& journey);

[[nodiscard]] boost::json::object to_json(const Journey& journey);

}  // namespace relay
