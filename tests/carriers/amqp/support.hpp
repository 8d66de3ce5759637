// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/amqp.hpp"
#include "support/context_of.hpp"

namespace amqp_test {

/// A field as on the wire; without a value if it is not text.
using Field = std::pair<std::string, std::optional<std::string>>;
using Fields = std::vector<Field>;

inline amqp_bytes_t bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

inline std::string to_string(const amqp_bytes_t& bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

/// A table as an application makes it: in memory of its own.
class OwnTable {
 public:
  OwnTable() = default;
  explicit OwnTable(const Fields& fields) {
    for (const auto& [name, value] : fields) {
      value ? add(name, *value) : add(name, integer(1));
    }
  }

  OwnTable(const OwnTable&) = delete;
  OwnTable& operator=(const OwnTable&) = delete;

  static amqp_field_value_t integer(std::int32_t number) {
    amqp_field_value_t value{};
    value.kind = AMQP_FIELD_KIND_I32;
    value.value.i32 = number;
    return value;
  }

  void add(const std::string& name, const amqp_field_value_t& value) {
    entries_.push_back({bytes_of(texts_.emplace_back(name)), value});
  }
  void add(const std::string& name, const std::string& text,
           amqp_field_value_kind_t kind = AMQP_FIELD_KIND_UTF8) {
    amqp_field_value_t value{};
    value.kind = static_cast<std::uint8_t>(kind);
    value.value.bytes = bytes_of(texts_.emplace_back(text));
    add(name, value);
  }

  /// A table of these entries. Changes of it do not affect this object.
  [[nodiscard]] amqp_table_t get() { return {static_cast<int>(entries_.size()), entries_.data()}; }

 private:
  std::deque<std::string> texts_;
  std::vector<amqp_table_entry_t> entries_;
};

inline Fields to_fields(const amqp_table_t& table) {
  Fields fields;
  for (int i = 0; i < table.num_entries; ++i) {
    const amqp_table_entry_t& entry = table.entries[i];
    const bool is_text =
        entry.value.kind == AMQP_FIELD_KIND_UTF8 || entry.value.kind == AMQP_FIELD_KIND_BYTES;
    fields.emplace_back(to_string(entry.key), std::nullopt);
    if (is_text) fields.back().second = to_string(entry.value.value.bytes);
  }
  return fields;
}

/// The table as sent over the wire.
inline std::string encode(amqp_table_t table) {
  std::string buffer(std::size_t{1} << 20, '\0');
  std::size_t offset = 0;
  if (amqp_encode_table(bytes_of(buffer), &table, &offset) != AMQP_STATUS_OK) {
    throw std::runtime_error("the table cannot be encoded");
  }
  buffer.resize(offset);
  return buffer;
}

/// The table as received from the wire; the pool owns its memory, and the wire its texts.
inline amqp_table_t decode(const std::string& wire, amqp_pool_t& pool) {
  amqp_table_t table{};
  std::size_t offset = 0;
  if (amqp_decode_table(bytes_of(wire), &pool, &table, &offset) != AMQP_STATUS_OK) {
    throw std::runtime_error("the table cannot be decoded");
  }
  return table;
}

inline const std::string parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
inline const std::string other_parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

using baton::test::context_of;

}  // namespace amqp_test
