// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/kafka/consume.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "carriers/kafka/message.hpp"
#include "carriers/kafka/message_span.hpp"

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

detail::SpanFacts processing(std::string_view topic) {
  return internal::facts_of(SpanKind::consumer, "process", topic);
}

}  // namespace

Span internal::ReceivedFacts::start(Tracer& tracer, const Context& parent,
                                    std::string_view chosen_name,
                                    std::span<const SpanContext> links) const {
  detail::SpanFacts facts = processing(topic_of(*message));
  const Place place(*message);
  place.add_to(facts.attributes);
  add_key(facts, *message);
  return facts.start(tracer, parent, chosen_name, links);
}

void internal::BatchFacts::add(const rd_kafka_message_t& message) noexcept {
  const std::string_view topic = topic_of(message);
  if (size_ == 0) topic_ = topic;
  if (topic_ != topic) topic_ = {};
  ++size_;
}

Span internal::BatchFacts::start(Tracer& tracer, const Context& parent,
                                 std::string_view chosen_name,
                                 std::span<const SpanContext> links) const {
  detail::SpanFacts facts = processing(topic_);
  facts.attributes.add("messaging.batch.message_count", static_cast<std::int64_t>(size_));
  return facts.start(tracer, parent, chosen_name, links);
}

Context extract(const rd_kafka_message_t& message, const ExtractOptions& options) {
  return extract_from(message, options);
}

Context extract(RdKafka::Message& message, const ExtractOptions& options) {
  return extract_from(message, options);
}

std::vector<SpanContext> distinct_parents(std::span<const SpanContext> parents) {
  // Sorted, since senders choose the ids: a hash of these could be made slow.
  std::vector<const SpanContext*> sorted;
  for (const SpanContext& parent : parents) {
    if (parent.is_valid()) sorted.push_back(&parent);
  }
  const auto ids = [](const SpanContext* parent) {
    return std::tuple(parent->trace_id.high(), parent->trace_id.low(), parent->span_id.value());
  };
  std::ranges::stable_sort(sorted, {}, ids);
  const auto repeated = std::ranges::unique(sorted, {}, ids);
  sorted.erase(repeated.begin(), repeated.end());
  std::ranges::sort(sorted);  // by their places
  std::vector<SpanContext> distinct;
  distinct.reserve(sorted.size());
  for (const SpanContext* const parent : sorted) distinct.push_back(*parent);
  return distinct;
}

std::vector<SpanContext> distinct_parents(std::span<const Context> contexts) {
  std::vector<SpanContext> parents;
  parents.reserve(contexts.size());
  for (const Context& context : contexts) parents.push_back(context.span_context());
  return distinct_parents(parents);
}

}  // namespace baton::kafka
