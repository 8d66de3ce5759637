// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <memory>

#include "baton/carriers/amqp.hpp"
#include "count.hpp"

namespace {

using namespace work_test;

struct Table {
  explicit Table(Fields given) : fields(std::make_unique<Fields>(std::move(given))) {
    for (auto& [name, value] : *fields) {
      amqp_table_entry_t& entry = entries.emplace_back();
      entry = {};
      entry.key = {name.size(), name.data()};
      entry.value.kind = AMQP_FIELD_KIND_UTF8;
      entry.value.value.bytes = {value.size(), value.data()};
    }
    table = {static_cast<int>(entries.size()), entries.data()};
  }

  std::unique_ptr<Fields> fields;
  std::vector<amqp_table_entry_t> entries;
  std::unique_ptr<baton::amqp::Pool> pool = std::make_unique<baton::amqp::Pool>();
  amqp_table_t table{};
};

TEST(Work, OfAmqpTables) {
  expect_linear_carrier<Table>(
      "AMQP", [](Fields fields) { return Table(std::move(fields)); },
      [](Table& table) { return baton::amqp::TableCarrier(table.table, *table.pool); },
      {others_alone, spellings, again});
}

TEST(Work, OfFieldsThatAreNoText) {
  expect_linear("AMQP, extract", [](std::size_t size) {
    Table table(make(spellings, size));
    for (amqp_table_entry_t& entry : table.entries) entry.value.kind = AMQP_FIELD_KIND_I32;
    return [table = std::move(table)] {
      baton::ExtractReport report;
      static_cast<void>(
          baton::amqp::extract(table.table, {.chain = everything(), .report = &report}));
    };
  });
}

}  // namespace
