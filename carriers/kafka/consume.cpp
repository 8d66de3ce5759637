// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/consume.hpp"

#include <unordered_set>

#include "carriers/kafka/message.hpp"

namespace baton::kafka {
namespace {

void report_unreadable(ExtractReport* report) {
  if (report != nullptr) report->add("headers", {ErrorCode::bad_value, 0});
}

struct Parent {
  TraceId trace_id;
  SpanId span_id;
  friend bool operator==(const Parent&, const Parent&) = default;
};

struct HashParent {
  std::size_t operator()(const Parent& parent) const noexcept {
    return std::hash<TraceId>()(parent.trace_id) ^ std::hash<SpanId>()(parent.span_id);
  }
};

}  // namespace

Context extract(const rd_kafka_message_t& message, const ExtractOptions& options) {
  const auto [headers, error] = detail::headers_of(message);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) report_unreadable(options.report);
  return options.chain.extract(ConstHeadersCarrier(headers), options.report);
}

Context extract(RdKafka::Message& message, const ExtractOptions& options) {
  const auto [headers, error] = detail::headers_of(*message.c_ptr());
  if (headers == nullptr && error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    // Either there are none, or somebody has asked for them: then they are the C++ object's, which
    // its message owns.
    if (const RdKafka::Headers* const detached = message.headers()) {
      return extract(*detached, options);
    }
  }
  return extract(std::as_const(*message.c_ptr()), options);
}

std::vector<SpanContext> distinct_parents(std::span<const Context> contexts) {
  std::vector<SpanContext> parents;
  std::unordered_set<Parent, HashParent> seen;
  for (const Context& context : contexts) {
    const SpanContext& parent = context.span_context();
    if (!parent.is_valid() || !seen.insert({parent.trace_id, parent.span_id}).second) continue;
    parents.push_back(parent);
  }
  return parents;
}

}  // namespace baton::kafka
