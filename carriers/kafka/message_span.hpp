// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <array>
#include <cstddef>
#include <string_view>

#include "baton/detail/span_facts.hpp"

/// The spans of messages, by OpenTelemetry's semantic conventions for Kafka.
namespace baton::kafka::internal {

/// Empty if it is unknown.
[[nodiscard]] inline std::string_view topic_of(const rd_kafka_message_t& message) noexcept {
  return message.rkt != nullptr ? rd_kafka_topic_name(message.rkt) : "";
}

/// What is known of any operation with a topic. The name is `OPERATION TOPIC`; if the topic is
/// empty, it is the operation alone.
[[nodiscard]] detail::SpanFacts facts_of(SpanKind kind, std::string_view operation,
                                         std::string_view topic);

/// Adds the message's key if it is text: UTF-8 without control characters, of at most
/// `max_key_size` bytes. The key must live as long as the facts.
void add_key(detail::SpanFacts& facts, const rd_kafka_message_t& message);

inline constexpr std::size_t max_key_size = 256;

/// Where a message is: partition and offset, if they are known.
class Place {
 public:
  explicit Place(const rd_kafka_message_t& message) noexcept;

  /// The attributes refer to this object.
  void add_to(detail::Attributes& attributes) const;

 private:
  std::array<char, 12> digits_{};
  std::string_view partition_;
  std::int64_t offset_;
};

}  // namespace baton::kafka::internal
