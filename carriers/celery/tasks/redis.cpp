// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "carriers/celery/tasks/json_reader.hpp"
#include "json/strings.hpp"
#include "text/base64.hpp"

namespace baton::celery {
namespace {

using detail::JsonReader;

/// The text of a body that is base64; its place in the envelope is that of its member's value.
bool decode_base64(JsonReader& reader, const json::Value& value, std::string& body) {
  namespace base64 = baton::detail::base64;
  std::string bytes((body.size() + 3) / 4 * 3, '\0');
  std::size_t size = 0;
  const ParseError error = base64::decode(
      body, std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()), size);
  if (error) {
    const std::size_t place = json::place_of_byte(value.inside(), error.offset);
    return reader.fail(error.code, value.inside().data() + place);
  }
  bytes.resize(size);
  body = std::move(bytes);
  return true;
}

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
  const json::Member* const info = detail::find(properties, "delivery_info");
  if (info == nullptr) return true;
  json::Object delivery_info;
  return reader.read_members(info->value.text, delivery_info) &&
         reader.read(delivery_info, "exchange", message.exchange) &&
         reader.read(delivery_info, "routing_key", message.routing_key);
}

bool read_body(JsonReader& reader, const json::Object& envelope, const json::Object& properties,
               const std::string& body_encoding, Message& message) {
  const json::Member* const body = envelope.find("body");
  if (body == nullptr) return reader.fail(ErrorCode::missing_field, reader.text().data());
  if (!reader.expect(body->value, json::Type::string)) return false;
  if (!reader.read(envelope, "body", message.body) || body_encoding.empty()) {
    return body_encoding.empty();
  }
  if (body_encoding == "base64") return decode_base64(reader, body->value, message.body);
  return reader.fail(ErrorCode::bad_value, properties.find("body_encoding")->value.text.data());
}

}  // namespace

received<Message> from_redis(std::string_view envelope, const Limits& limits) {
  JsonReader reader("envelope", envelope, limits.depth);
  if (envelope.size() > limits.bytes) {
    reader.fail(ErrorCode::too_many_bytes, envelope.data() + limits.bytes);
    return reader.error();
  }
  json::Object members;
  if (!reader.read_members(envelope, members)) return reader.error();

  Message message;
  message.content_type.clear();
  message.content_encoding.clear();
  json::Object properties;
  std::string body_encoding;
  const json::Member* const headers = detail::find(members, "headers");
  const json::Member* const rest = members.find("properties");
  if (rest == nullptr) {
    reader.fail(ErrorCode::missing_field, envelope.data());
    return reader.error();
  }
  json::Object header_names;  // each once
  if ((headers != nullptr && (!reader.expect(headers->value, json::Type::object) ||
                              !reader.read_members(headers->value.text, header_names) ||
                              !reader.read(headers->value, message.headers))) ||
      !reader.read_members(rest->value.text, properties) ||
      !read_properties(reader, properties, message, body_encoding) ||
      !reader.read(members, "content-type", message.content_type) ||
      !reader.read(members, "content-encoding", message.content_encoding) ||
      !read_body(reader, members, properties, body_encoding, message)) {
    return reader.error();
  }
  return message;
}

}  // namespace baton::celery
