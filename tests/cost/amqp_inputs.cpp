// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "baton/carriers/amqp.hpp"
#include "carrier_inputs.hpp"

namespace {

amqp_bytes_t bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

/// A table of text, or of numbers.
std::vector<amqp_table_entry_t> entries_of(const baton::test::Pairs& message, bool is_text) {
  std::vector<amqp_table_entry_t> entries;
  for (const auto& [name, value] : message) {
    amqp_table_entry_t& entry = entries.emplace_back();
    entry = {};
    entry.key = bytes_of(name);
    entry.value.kind = is_text ? AMQP_FIELD_KIND_UTF8 : AMQP_FIELD_KIND_I32;
    if (is_text) entry.value.value.bytes = bytes_of(value);
  }
  return entries;
}

const baton::test::Carrier amqp([] {
  if (!baton::test::counts_large_messages) {
    return baton::test::count_fields("AMQP", [](const baton::test::Pairs& message, auto count) {
      auto entries = entries_of(message, true);
      const amqp_table_t table{static_cast<int>(entries.size()), entries.data()};
      count(baton::amqp::ConstTableCarrier(table));
    });
  }
  for (const bool is_text : {true, false}) {
    baton::test::count_reader(
        is_text ? "AMQP" : "AMQP, numbers", [&](const baton::test::Pairs& message, auto count) {
          auto entries = entries_of(message, is_text);
          const amqp_table_t table{static_cast<int>(entries.size()), entries.data()};
          count([&](const baton::ExtractOptions& options) {
            static_cast<void>(baton::amqp::extract(table, options));
          });
        });
  }
});

}  // namespace
