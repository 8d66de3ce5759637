// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "baton/carriers/amqp.hpp"
#include "carrier_inputs.hpp"

namespace {

amqp_bytes_t bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

const baton::test::Carrier amqp([] {
  baton::test::count_carrier("AMQP", [](const baton::test::Pairs& message, auto count) {
    std::vector<amqp_table_entry_t> entries;
    for (const auto& [name, value] : message) {
      amqp_table_entry_t& entry = entries.emplace_back();
      entry = {};
      entry.key = bytes_of(name);
      entry.value.kind = AMQP_FIELD_KIND_UTF8;
      entry.value.value.bytes = bytes_of(value);
    }
    const amqp_table_t table{static_cast<int>(entries.size()), entries.data()};
    count(baton::amqp::ConstTableCarrier(table));
  });
});

}  // namespace
