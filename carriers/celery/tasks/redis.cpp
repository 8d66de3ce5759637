// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "carriers/celery/envelope.hpp"
#include "carriers/celery/tasks/json_reader.hpp"

namespace baton::celery {
namespace {

using internal::Envelope;
using internal::JsonReader;

bool read_properties(JsonReader& reader, const json::Object& properties, Message& message,
                     std::string& body_encoding) {
  std::uint32_t priority = 0;
  std::uint32_t delivery_mode = 2;
  if (!reader.read(properties, "correlation_id", message.correlation_id) ||
      !reader.read(properties, "reply_to", message.reply_to) ||
      !reader.read(properties, "body_encoding", body_encoding) ||
      !reader.read(properties, "priority", priority) ||
      !reader.read(properties, "delivery_mode", delivery_mode)) {
    return false;
  }
  message.priority = static_cast<std::uint8_t>(std::min(priority, 255U));
  message.delivery_mode = static_cast<std::uint8_t>(std::min(delivery_mode, 255U));
  const json::Member* const info = properties.find_non_null("delivery_info");
  if (info == nullptr) return true;
  json::Object delivery_info;
  return reader.read_members(info->value.text, delivery_info) &&
         reader.read(delivery_info, "exchange", message.exchange) &&
         reader.read(delivery_info, "routing_key", message.routing_key);
}

bool read_body(JsonReader& reader, const Envelope& envelope, const json::Object& properties,
               const std::string& body_encoding, std::string& body) {
  const json::Member* const member = envelope.members().find("body");
  if (member == nullptr) return reader.check({ErrorCode::missing_field, 0});
  if (!body_encoding.empty() && body_encoding != "base64") {
    return reader.fail(ErrorCode::bad_value, properties.find("body_encoding")->value.text.data());
  }
  return reader.check(envelope.decode_body(!body_encoding.empty(), body));
}

}  // namespace

received<Message> from_redis(std::string_view text, const Limits& limits) {
  JsonReader reader("envelope", text, limits);
  if (text.size() > limits.bytes) {
    reader.fail(ErrorCode::too_many_bytes, text.data() + limits.bytes);
    return reader.error();
  }
  const Envelope envelope(text, internal::NestedHeaders::ignored);
  Message message;
  message.content_type.clear();
  message.content_encoding.clear();
  json::Object properties;
  std::string body_encoding;
  if (!reader.check(envelope.error()) || !reader.check(envelope.read_properties(properties)) ||
      !reader.read(envelope.headers(), message.headers) ||
      !read_properties(reader, properties, message, body_encoding) ||
      !reader.read(envelope.members(), "content-type", message.content_type) ||
      !reader.read(envelope.members(), "content-encoding", message.content_encoding) ||
      !read_body(reader, envelope, properties, body_encoding, message.body)) {
    return reader.error();
  }
  return message;
}

}  // namespace baton::celery
