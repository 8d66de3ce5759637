// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/amqp.hpp"

#include <limits>

#include "fuzz/input.hpp"
#include "laws/celery_laws.hpp"

namespace {

using laws::require;

class Pool {
 public:
  Pool() { init_amqp_pool(&pool_, 4096); }
  ~Pool() { empty_amqp_pool(&pool_); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  amqp_pool_t& get() { return pool_; }

 private:
  amqp_pool_t pool_{};
};

amqp_bytes_t bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

/// A table as it is on the wire.
bool decode(const std::string& wire, amqp_pool_t& pool, amqp_table_t& table) {
  std::size_t offset = 0;
  return amqp_decode_table(bytes_of(wire), &pool, &table, &offset) == AMQP_STATUS_OK;
}

std::string encode(amqp_table_t table) {
  std::string buffer(std::size_t{1} << 16, '\0');
  std::size_t offset = 0;
  require(amqp_encode_table({buffer.size(), buffer.data()}, &table, &offset) == AMQP_STATUS_OK,
          "a table can be encoded");
  return buffer.substr(0, offset);
}

amqp_message_t message_of(const amqp_table_t& headers, const std::string& body) {
  amqp_message_t message{};
  message.properties._flags = AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG;
  message.properties.headers = headers;
  message.properties.content_type = amqp_cstring_bytes("application/json");
  message.body = bytes_of(body);
  return message;
}

/// How deep the tables and arrays are in each other.
std::size_t depth_of(const amqp_field_value_t& field) {
  std::size_t deepest = 0;
  if (field.kind == AMQP_FIELD_KIND_TABLE) {
    for (int i = 0; i < field.value.table.num_entries; ++i) {
      deepest = std::max(deepest, depth_of(field.value.table.entries[i].value));
    }
  } else if (field.kind == AMQP_FIELD_KIND_ARRAY) {
    for (int i = 0; i < field.value.array.num_entries; ++i) {
      deepest = std::max(deepest, depth_of(field.value.array.entries[i]));
    }
  } else {
    return 0;
  }
  return deepest + 1;
}

/// What AMQP and RabbitMQ can say of a value: no long names, and no integers above those with a
/// sign.
boost::json::value as_sent(const boost::json::value& value) {
  if (const auto* const array = value.if_array()) {
    boost::json::array sent;
    for (const boost::json::value& element : *array) sent.push_back(as_sent(element));
    return sent;
  }
  if (const auto* const object = value.if_object()) {
    boost::json::object sent;
    for (const auto& [name, member] : *object) {
      if (name.size() <= 255) sent[name] = as_sent(member);
    }
    return sent;
  }
  if (value.is_uint64() && value.get_uint64() > std::numeric_limits<std::int64_t>::max()) {
    return static_cast<double>(value.get_uint64());
  }
  return value;
}

}  // namespace

/// The bytes of a table without the four of its size, which are the headers of a message; behind
/// the last line feed, its body.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace celery = baton::celery;
  const std::string text = fuzz::Input(data, size).text();
  const std::size_t end = std::min(text.rfind('\n'), text.size());
  const std::string body = text.substr(std::min(end + 1, text.size()));
  std::string wire;
  for (const int shift : {24, 16, 8, 0}) wire += static_cast<char>(end >> shift);
  wire.append(text, 0, end);

  Pool pool;
  amqp_field_value_t headers{};
  headers.kind = AMQP_FIELD_KIND_TABLE;
  if (!decode(wire, pool.get(), headers.value.table)) return 0;
  const amqp_message_t received = message_of(headers.value.table, body);
  const auto message = celery::from_amqp(received, {.depth = 8});
  require(message.has_value() == (depth_of(headers) <= 8), "down to the depth, and no further");
  if (!message) {
    require(message.error().part == "headers", "the headers are too deep");
    return 0;
  }
  require(message->body == body, "the body remains");
  require(message->headers.size() <= static_cast<std::size_t>(headers.value.table.num_entries),
          "no header is made up");
  const auto cut = celery::from_amqp(received, {.bytes = body.size() / 2});
  require(cut.has_value() == body.empty(), "no body is longer than the limit");

  // What is JSON now remains the same on its way.
  const amqp_basic_properties_t properties = celery::to_amqp(*message, pool.get());
  const std::string sent = encode(properties.headers);
  amqp_table_t arrived{};
  require(decode(sent, pool.get(), arrived), "what is sent can be read");
  const auto again = celery::from_amqp(message_of(arrived, body));
  require(again.has_value() && again->headers == as_sent(message->headers), "all arrives");
  laws::check_message(*message);
  return 0;
}
