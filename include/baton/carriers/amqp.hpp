// SPDX-License-Identifier: Apache-2.0
#pragma once

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#else
#include <amqp.h>
#endif

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "baton/detail/handle.hpp"
#include "baton/detail/lookup.hpp"
#include "baton/detail/messaging_facts.hpp"
#include "baton/options.hpp"
#include "baton/scope.hpp"

/// Contexts in the message headers of AMQP 0-9-1, over rabbitmq-c.
namespace baton::amqp {

namespace internal {

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

inline std::string_view to_text(const amqp_bytes_t& bytes) noexcept {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

inline bool is_text(const amqp_field_value_t& value) noexcept {
  return value.kind == AMQP_FIELD_KIND_UTF8 || value.kind == AMQP_FIELD_KIND_BYTES;
}

/// The entries of a table; the table's owner owns them.
inline std::span<amqp_table_entry_t> entries_of(const amqp_table_t& table) noexcept {
  return {table.entries, static_cast<std::size_t>(std::max(table.num_entries, 0))};
}

/// The current entries of a table.
class TableList {
 public:
  explicit TableList(const amqp_table_t& table) noexcept : table_(&table) {}

  [[nodiscard]] std::size_t size() const noexcept { return entries_of(*table_).size(); }
  [[nodiscard]] Header at(std::size_t i) const noexcept {
    const auto& [name, value] = table_->entries[i];
    if (!is_text(value)) return {to_text(name), std::nullopt};
    return {to_text(name), to_text(value.value.bytes)};
  }

 private:
  const amqp_table_t* table_;
};

}  // namespace internal

/// Reads a field table, such as the headers of a message. The table must outlive the carrier.
///
/// - Names are matched exactly or, if no field has exactly that name, in any case (ASCII letters
///   only).
/// - Long strings (`AMQP_FIELD_KIND_UTF8`) and byte arrays (`AMQP_FIELD_KIND_BYTES`) are text, and
///   are read in place: nothing is copied or allocated. Fields of other types count as absent, and
///   `extract` reports them as `wrong_type`.
/// - A table should not repeat a name. If one does, `get` returns the last value, and `get_all`
///   visits all in order.
///
/// Each lookup visits the fields once, or twice if no name matches exactly.
class ConstTableCarrier : public detail::lookup::ListCarrier<internal::TableList> {
 public:
  explicit ConstTableCarrier(const amqp_table_t& table) noexcept
      : ListCarrier(internal::TableList(table)) {}
};

/// Reads and writes such a table.
///
///     amqp_table_t headers = amqp_empty_table;
///     options.chain.inject(context, baton::amqp::TableCarrier(headers, pool));
///
/// The names, the values and the array of entries that it writes belong to the caller's pool, and
/// are valid until the pool is recycled or emptied. The carrier never changes earlier entries: the
/// first change makes a new array, and the old one keeps its owner. So a table may share its
/// entries with that of a received message, or have them on the stack. Fields of other names keep
/// their place and their value, nested tables and arrays included.
///
/// Names are written in lowercase, values as long strings. `set` leaves one field of a name,
/// `erase` none, in any case and of any type. A name longer than 255 bytes is not written. Throws
/// `std::bad_alloc`, and nothing else.
class TableCarrier : public ConstTableCarrier {
 public:
  TableCarrier(amqp_table_t& table, amqp_pool_t& pool) noexcept
      : ConstTableCarrier(table), table_(&table), pool_(&pool) {}

  TableCarrier(const TableCarrier&) = delete;
  TableCarrier& operator=(const TableCarrier&) = delete;

  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);

  /// Erases every field that the chain reads or writes, families of fields included.
  void erase_fields_of(const PropagatorChain& chain);

 private:
  template <class Test>
  void erase_if(Test is_one);
  /// Ensures that the entries are in an array of the carrier's own, with room for `more` entries.
  void own(std::size_t more);

  amqp_table_t* table_;
  amqp_pool_t* pool_;
  const amqp_table_entry_t* own_ = nullptr;
  std::size_t capacity_ = 0;
};

/// A pool of rabbitmq-c, emptied at the end of its scope. Only one thread at a time may use it.
///
///     baton::amqp::Pool pool;
///     for (const Order& order : orders) {
///       amqp_basic_properties_t properties{};
///       baton::amqp::inject(properties, pool);
///       amqp_basic_publish(connection, 1, exchange, key, 0, 0, &properties, body_of(order));
///       pool.recycle();  // the message is on its way
///     }
class Pool {
 public:
  explicit Pool(std::size_t page_size = 4096) noexcept { init_amqp_pool(&pool_, page_size); }
  ~Pool() { empty_amqp_pool(&pool_); }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Invalidates all that is in it, and keeps the memory for reuse.
  void recycle() noexcept { recycle_amqp_pool(&pool_); }

  [[nodiscard]] amqp_pool_t* get() noexcept { return &pool_; }
  operator amqp_pool_t&() noexcept { return pool_; }

 private:
  amqp_pool_t pool_;
};

/// The headers of a message; an empty table if its properties have none.
[[nodiscard]] inline const amqp_table_t& headers_of(
    const amqp_basic_properties_t& properties) noexcept {
  return (properties._flags & AMQP_BASIC_HEADERS_FLAG) != 0 ? properties.headers : amqp_empty_table;
}
[[nodiscard]] inline const amqp_table_t& headers_of(const amqp_message_t& message) noexcept {
  return headers_of(message.properties);
}
[[nodiscard]] inline const amqp_table_t& headers_of(const amqp_envelope_t& envelope) noexcept {
  return headers_of(envelope.message);
}

/// A type with headers: properties, a message, an envelope.
template <class T>
concept HasHeaders = requires(const T& message) { headers_of(message); };

/// The context in a table of headers. A field that the chain reads and that is not text, such as an
/// integer, counts as absent and is reported as `wrong_type`; one without a value
/// (`AMQP_FIELD_KIND_VOID`) counts as absent.
[[nodiscard]] Context extract(const amqp_table_t& headers, const ExtractOptions& options = {});

/// The context in the headers of a received message.
///
///     baton::Context context = baton::amqp::extract(envelope);
template <HasHeaders Message>
[[nodiscard]] Context extract(const Message& message, const ExtractOptions& options = {}) {
  return extract(headers_of(message), options);
}

/// Writes a context into a table of headers, by the rules of TableCarrier: the pool owns the new
/// entries, and earlier entries keep their owner. Erases all other fields of the chain, which a
/// message that is sent on may have. If memory runs out, the table remains unchanged.
void inject(amqp_table_t& headers, amqp_pool_t& pool, const Context& context = current(),
            const InjectOptions& options = {});

/// Writes a context into the properties of a message that is about to be published. Adds headers if
/// there are none (by the flag). If memory runs out, the properties remain unchanged.
///
/// The properties then point into the pool, which must outlive their use. `amqp_basic_publish`
/// takes no ownership: it no longer uses them when it returns, with or without an error.
///
///     amqp_basic_properties_t properties = envelope.message.properties;  // keeps all of them
///     baton::amqp::inject(properties, pool);
///     amqp_basic_publish(connection, 1, exchange, key, 0, 0, &properties, envelope.message.body);
void inject(amqp_basic_properties_t& properties, amqp_pool_t& pool,
            const Context& context = current(), const InjectOptions& options = {});

struct PublishOptions {
  const PropagatorChain& chain = global_chain();
  Tracer* tracer = global_tracer();  ///< as in SendOptions
  std::string_view span_name = {};
  /// As InjectOptions::destination; empty: the exchange or, if that has no name, the routing key.
  std::string_view destination = {};
  bool mandatory = false;  ///< the broker returns a message that it cannot route

  [[nodiscard]] SendOptions sending() const noexcept {
    return {chain, tracer, span_name, destination};
  }
};

/// Publishes a message with the current context. Returns the status of `amqp_basic_publish`.
///
///     amqp_basic_properties_t properties{};
///     baton::amqp::publish(connection, 1, exchange, key, properties, body);
///
/// A tracer starts a span for each message (kind `producer`), which the message carries. It ends
/// when the message is on its way; an error is any other status than `AMQP_STATUS_OK`. The
/// arguments are used only during the call.
int publish(amqp_connection_state_t connection, amqp_channel_t channel, amqp_bytes_t exchange,
            amqp_bytes_t routing_key, const amqp_basic_properties_t& properties, amqp_bytes_t body,
            const PublishOptions& options = {});

namespace internal {

inline constexpr std::string_view messaging_system = "rabbitmq";

/// The span of a message, by the semantic conventions for RabbitMQ. Its destination is the exchange
/// or, of the default exchange, which has no name, the routing key.
detail::SpanFacts span_facts(SpanKind kind, std::string_view operation, amqp_bytes_t exchange,
                             amqp_bytes_t routing_key);

struct Consumer {
  static detail::SpanFacts facts(const amqp_envelope_t& envelope) {
    return span_facts(SpanKind::consumer, "process", envelope.exchange, envelope.routing_key);
  }
  /// Of a message alone, which does not say where it was published.
  template <class Message>
  static detail::SpanFacts facts(const Message& /*message*/) {
    return detail::messaging_facts(SpanKind::consumer, messaging_system, "process", {});
  }
};

}  // namespace internal

/// Processes a message: makes its context current and calls the handler, with the message if it
/// takes one. Returns the handler's result.
///
///     baton::amqp::process(envelope, [&](const amqp_envelope_t& order) {
///       ship(order.message.body);  // baton::current() is this message's context
///     });
///
/// A tracer starts a span for the message (kind `consumer`), which is then current. It ends with
/// the handler, with an error if the handler throws.
///
/// Always calls the handler, even if the headers are invalid. The handler must not be a coroutine,
/// which does not compile: await it through `co_with_context` (baton/asio.hpp).
template <HasHeaders Message, class Handler>
decltype(auto) process(const Message& message, Handler&& handler,
                       const HandleOptions& options = {}) {
  return detail::handle<internal::Consumer>(
      [&](const ExtractOptions& how) { return extract(message, how); },
      std::forward<Handler>(handler), message, options);
}

}  // namespace baton::amqp
