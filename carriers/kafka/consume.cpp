// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/consume.hpp"

#include <unordered_set>

#include "carriers/kafka/message.hpp"

namespace baton::kafka {
namespace {

template <Message M>
Context extract_from(M& message, const ExtractOptions& options) {
  const internal::MessageHeaders headers = internal::headers_of(message);
  if (headers.error != RD_KAFKA_RESP_ERR_NO_ERROR && options.report != nullptr) {
    options.report->add("headers", {ErrorCode::bad_value, 0});
  }
  return options.extract(ConstHeadersCarrier(headers.list));
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

detail::SpanFacts facts_of(std::string_view topic) {
  detail::SpanFacts facts;
  facts.kind = SpanKind::consumer;
  facts.name = std::string("process ").append(topic);
  facts.attributes.add("messaging.system", "kafka");
  facts.attributes.add("messaging.operation.name", "process");
  facts.attributes.add("messaging.operation.type", "process");
  facts.attributes.add("messaging.destination.name", topic);
  return facts;
}

}  // namespace

detail::SpanFacts internal::Consumer::facts(const rd_kafka_message_t& message) {
  const char* const topic = message.rkt != nullptr ? rd_kafka_topic_name(message.rkt) : "";
  detail::SpanFacts facts = facts_of(topic);
  facts.attributes.add("messaging.kafka.offset", message.offset);
  return facts;
}

detail::SpanFacts internal::Consumer::facts(const RdKafka::Message& message) {
  // The C message has the same facts; only its accessor is not const.
  return facts(*const_cast<RdKafka::Message&>(message).c_ptr());
}

Context extract(const rd_kafka_message_t& message, const ExtractOptions& options) {
  return extract_from(message, options);
}

Context extract(RdKafka::Message& message, const ExtractOptions& options) {
  return extract_from(message, options);
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
