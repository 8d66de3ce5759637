// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/celery/tasks/amqp.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "text/utf8.hpp"

namespace baton::celery {
namespace {

using boost::json::value;

// --- to a field table ---

/// A view: rabbitmq-c reads through its pointers, though they are not const.
amqp_bytes_t bytes_of(std::string_view text) noexcept {
  return {text.size(), const_cast<char*>(text.data())};
}

/// Memory of the pool, which frees it when the pool is recycled or emptied.
template <class T>
T* allocate(amqp_pool_t& pool, std::size_t count) {
  void* const memory = amqp_pool_alloc(&pool, count * sizeof(T));
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) T[count]{};
}

amqp_field_value_t to_field(const value& from, amqp_pool_t& pool);

/// AMQP's short strings. Of a longer one rabbitmq-c would write all bytes behind a wrong length,
/// and the broker would close the connection.
bool is_short(std::string_view text) noexcept { return text.size() <= 255; }

// NOLINTBEGIN(misc-no-recursion): as deep as the values of the caller, whose destructors go as deep
amqp_table_t to_table(const boost::json::object& from, amqp_pool_t& pool) {
  if (from.empty()) return amqp_empty_table;
  amqp_table_t table{0, allocate<amqp_table_entry_t>(pool, from.size())};
  for (const auto& [name, member] : from) {
    if (!is_short(name)) continue;
    table.entries[table.num_entries++] = {bytes_of(name), to_field(member, pool)};
  }
  return table;
}

amqp_array_t to_array(const boost::json::array& from, amqp_pool_t& pool) {
  if (from.empty()) return amqp_empty_array;
  amqp_array_t array{static_cast<int>(from.size()),
                     allocate<amqp_field_value_t>(pool, from.size())};
  amqp_field_value_t* field = array.entries;
  for (const value& element : from) *field++ = to_field(element, pool);
  return array;
}

template <class T>
amqp_field_value_t field_of(amqp_field_value_kind_t kind,
                            T decltype(amqp_field_value_t::value)::* member,
                            const std::type_identity_t<T>& content) noexcept {
  amqp_field_value_t field{};
  field.kind = static_cast<std::uint8_t>(kind);
  field.value.*member = content;
  return field;
}

amqp_field_value_t to_field(const value& from, amqp_pool_t& pool) {
  using Content = decltype(amqp_field_value_t::value);
  switch (from.kind()) {
    case boost::json::kind::bool_:
      return field_of(AMQP_FIELD_KIND_BOOLEAN, &Content::boolean, from.get_bool() ? 1 : 0);
    case boost::json::kind::int64:
      return field_of(AMQP_FIELD_KIND_I64, &Content::i64, from.get_int64());
    case boost::json::kind::uint64:
      if (const std::uint64_t number = from.get_uint64(); std::in_range<std::int64_t>(number)) {
        return field_of(AMQP_FIELD_KIND_I64, &Content::i64, static_cast<std::int64_t>(number));
      }
      // RabbitMQ reads no larger integer.
      return field_of(AMQP_FIELD_KIND_F64, &Content::f64, static_cast<double>(from.get_uint64()));
    case boost::json::kind::double_:
      return field_of(AMQP_FIELD_KIND_F64, &Content::f64, from.get_double());
    case boost::json::kind::string:
      return field_of(AMQP_FIELD_KIND_UTF8, &Content::bytes, bytes_of(from.get_string()));
    case boost::json::kind::array:
      return field_of(AMQP_FIELD_KIND_ARRAY, &Content::array, to_array(from.get_array(), pool));
    case boost::json::kind::object:
      return field_of(AMQP_FIELD_KIND_TABLE, &Content::table, to_table(from.get_object(), pool));
    default: break;
  }
  return {.kind = AMQP_FIELD_KIND_VOID, .value = {}};
}
// NOLINTEND(misc-no-recursion)

// --- from a field table ---

std::string_view view(const amqp_bytes_t& bytes) noexcept {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

template <class List>
auto entries(const List& list) noexcept {
  return std::span(list.entries, static_cast<std::size_t>(list.num_entries));
}

/// The same, with U+FFFD for bytes that are not UTF-8, which JSON cannot express.
std::string text_of(const amqp_bytes_t& bytes) {
  namespace utf8 = detail::utf8;
  std::string text;
  for (std::string_view rest = view(bytes); !rest.empty();) {
    const utf8::Piece piece = utf8::first_piece(rest);
    text += piece.is_whole ? rest.substr(0, piece.size) : utf8::replacement_character;
    rest.remove_prefix(piece.size);
  }
  return text;
}

/// Null for numbers that JSON cannot express.
value number_of(double number) { return std::isfinite(number) ? value(number) : value(nullptr); }

// NOLINTBEGIN(misc-no-recursion): to the maximal depth
/// Converts a table to JSON, within the limits.
class TableReader {
 public:
  explicit TableReader(const Limits& limits) noexcept : limits_(&limits) {}

  /// The limit that is exceeded, if `read` returns false.
  [[nodiscard]] ErrorCode error() const noexcept { return error_; }

  bool read(const amqp_table_t& table, boost::json::object& out) {
    if (!enter()) return false;
    for (const auto& [name, field] : entries(table)) {
      if (out.size() == limits_->members) return fail(ErrorCode::too_many_members);
      if (!read(field, out[text_of(name)])) return false;
    }
    --depth_;
    return true;
  }

 private:
  bool fail(ErrorCode code) noexcept {
    error_ = code;
    return false;
  }
  bool enter() noexcept { return ++depth_ <= limits_->depth || fail(ErrorCode::too_deep); }

  bool read(const amqp_array_t& array, boost::json::array& out) {
    if (!enter()) return false;
    for (const amqp_field_value_t& field : entries(array)) {
      if (!read(field, out.emplace_back(nullptr))) return false;
    }
    --depth_;
    return true;
  }

  bool read(const amqp_field_value_t& field, value& out) {
    const auto& content = field.value;
    switch (field.kind) {
      case AMQP_FIELD_KIND_TABLE: return read(content.table, out.emplace_object());
      case AMQP_FIELD_KIND_ARRAY: return read(content.array, out.emplace_array());
      case AMQP_FIELD_KIND_UTF8:
      case AMQP_FIELD_KIND_BYTES: out = text_of(content.bytes); break;
      case AMQP_FIELD_KIND_BOOLEAN: out = content.boolean != 0; break;
      case AMQP_FIELD_KIND_I8: out = content.i8; break;
      case AMQP_FIELD_KIND_U8: out = content.u8; break;
      case AMQP_FIELD_KIND_I16: out = content.i16; break;
      case AMQP_FIELD_KIND_U16: out = content.u16; break;
      case AMQP_FIELD_KIND_I32: out = content.i32; break;
      case AMQP_FIELD_KIND_U32: out = content.u32; break;
      case AMQP_FIELD_KIND_I64: out = content.i64; break;
      case AMQP_FIELD_KIND_U64:
      case AMQP_FIELD_KIND_TIMESTAMP: out = content.u64; break;
      case AMQP_FIELD_KIND_F32: out = number_of(content.f32); break;
      case AMQP_FIELD_KIND_F64: out = number_of(content.f64); break;
      case AMQP_FIELD_KIND_DECIMAL:
        out = content.decimal.value / std::pow(10.0, content.decimal.decimals);
        break;
      default: out = nullptr;
    }
    return true;
  }

  const Limits* limits_;
  std::size_t depth_ = 0;
  ErrorCode error_{};
};
// NOLINTEND(misc-no-recursion)

}  // namespace

amqp_basic_properties_t to_amqp(const Message& message, amqp_pool_t& pool) {
  amqp_basic_properties_t properties{};
  properties._flags =
      AMQP_BASIC_HEADERS_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_PRIORITY_FLAG;
  properties.headers = to_table(message.headers, pool);
  properties.delivery_mode = message.delivery_mode;
  properties.priority = message.priority;
  const auto set = [&](amqp_flags_t flag, amqp_bytes_t& property, const std::string& text) {
    if (!is_short(text)) return;
    properties._flags |= flag;
    property = bytes_of(text);
  };
  set(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type, message.content_type);
  set(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding, message.content_encoding);
  set(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id, message.correlation_id);
  set(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to, message.reply_to);
  return properties;
}

int publish(amqp_connection_state_t connection, amqp_channel_t channel, const Message& message) {
  if (!is_short(message.exchange) || !is_short(message.routing_key)) {
    return AMQP_STATUS_INVALID_PARAMETER;
  }
  struct Pool {
    Pool() noexcept { init_amqp_pool(&pool, 4096); }
    ~Pool() { empty_amqp_pool(&pool); }
    amqp_pool_t pool;
  } memory;
  const amqp_basic_properties_t properties = to_amqp(message, memory.pool);
  // rabbitmq-c takes no ownership: it no longer uses them when it returns, sent or not.
  return amqp_basic_publish(connection, channel, bytes_of(message.exchange),
                            bytes_of(message.routing_key), 0, 0, &properties,
                            bytes_of(message.body));
}

received<Message> from_amqp(const amqp_message_t& message, const Limits& limits) {
  const amqp_basic_properties_t& properties = message.properties;
  const auto text = [&](amqp_flags_t flag, const amqp_bytes_t& bytes) {
    return (properties._flags & flag) != 0 ? text_of(bytes) : std::string();
  };
  Message out;
  if (message.body.len > limits.bytes) {
    return tl::unexpected<MessageError>({"body", {ErrorCode::too_many_bytes, limits.bytes}});
  }
  TableReader reader(limits);
  if ((properties._flags & AMQP_BASIC_HEADERS_FLAG) != 0 &&
      !reader.read(properties.headers, out.headers)) {
    return tl::unexpected<MessageError>({"headers", {reader.error(), 0}});
  }
  out.body = view(message.body);
  out.content_type = text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type);
  out.content_encoding = text(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding);
  out.correlation_id = text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id);
  out.reply_to = text(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to);
  if ((properties._flags & AMQP_BASIC_PRIORITY_FLAG) != 0) out.priority = properties.priority;
  if ((properties._flags & AMQP_BASIC_DELIVERY_MODE_FLAG) != 0) {
    out.delivery_mode = properties.delivery_mode;
  }
  return out;
}

received<Message> from_amqp(const amqp_envelope_t& envelope, const Limits& limits) {
  received<Message> message = from_amqp(envelope.message, limits);
  if (message) {
    message->exchange = text_of(envelope.exchange);
    message->routing_key = text_of(envelope.routing_key);
  }
  return message;
}

}  // namespace baton::celery
