// SPDX-License-Identifier: Apache-2.0
#include "carriers/kafka/message_span.hpp"

#include <charconv>
#include <cstdint>

#include "baton/detail/ascii.hpp"
#include "baton/detail/messaging_facts.hpp"
#include "text/utf8.hpp"

namespace baton::kafka::internal {
namespace {

bool is_text(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const detail::utf8::Piece piece = detail::utf8::first_piece(bytes);
    if (!piece.is_whole || detail::is_control(bytes.front())) return false;
    bytes.remove_prefix(piece.size);
  }
  return true;
}

}  // namespace

detail::SpanFacts facts_of(SpanKind kind, std::string_view operation, std::string_view topic) {
  detail::SpanFacts facts = detail::messaging_facts(kind, "kafka", operation, topic);
  if (!topic.empty()) facts.name.append(" ").append(topic);
  return facts;
}

void add_key(detail::SpanFacts& facts, const rd_kafka_message_t& message) {
  if (message.key == nullptr || message.key_len > max_key_size) return;
  const std::string_view key(static_cast<const char*>(message.key), message.key_len);
  if (is_text(key)) facts.attributes.add("messaging.kafka.message.key", key);
}

Place::Place(const rd_kafka_message_t& message) noexcept : offset_(message.offset) {
  if (message.partition < 0) return;
  char* const first = digits_.data();
  const auto [end, error] = std::to_chars(first, first + digits_.size(), message.partition);
  partition_ = {first, end};
}

void Place::add_to(detail::Attributes& attributes) const {
  attributes.add("messaging.destination.partition.id", partition_);
  if (offset_ >= 0) attributes.add("messaging.kafka.offset", offset_);
}

}  // namespace baton::kafka::internal
