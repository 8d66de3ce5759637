// SPDX-License-Identifier: Apache-2.0
#include "baton/testing/carrier_conformance.hpp"
#include "support.hpp"
#include "support/count_allocations.hpp"

namespace {

using namespace amqp_test;
using namespace baton::testing;
using namespace std::string_literals;
using baton::amqp::ConstTableCarrier;
using baton::amqp::Pool;
using baton::amqp::TableCarrier;
using baton::testing::detail::chain_of;
using baton::testing::detail::full_context;
using baton::testing::detail::Values;

struct TableBinding {
  struct Storage {
    std::unique_ptr<OwnTable> own = std::make_unique<OwnTable>();
    std::unique_ptr<Pool> pool = std::make_unique<Pool>();
    amqp_table_t table{};
  };
  static constexpr bool holds_repeated_names = true;
  static constexpr bool keeps_order = true;
  static constexpr bool holds_mixed_case = true;
  // Values are bytes, and no byte can break a field.
  static constexpr bool writes_lines = false;
  static void add(Storage& storage, std::string_view name, std::string_view value) {
    // Fields that were written before become received ones.
    const Fields before = to_fields(storage.table);
    storage.own = std::make_unique<OwnTable>(before);
    storage.own->add(std::string(name), std::string(value));
    storage.table = storage.own->get();
  }
  static FieldList raw(const Storage& storage) {
    // Through the wire: a field that cannot be encoded is not written.
    Pool pool;
    const std::string wire = encode(storage.table);
    FieldList fields;
    for (const auto& [name, value] : to_fields(decode(wire, pool))) {
      fields.emplace_back(name, value.value());
    }
    return fields;
  }
  static TableCarrier carrier(Storage& storage) { return {storage.table, *storage.pool}; }
  static ConstTableCarrier carrier(const Storage& storage) {
    return ConstTableCarrier(storage.table);
  }
};

BATON_TEST_CARRIER(Amqp, TableBinding);

Values all(const amqp_table_t& table, std::string_view name) {
  Values values;
  ConstTableCarrier(table).get_all(name, [&](std::string_view value) {
    values.emplace_back(value);
    return true;
  });
  return values;
}

TEST(AmqpTable, TheExactNameStandsOverOtherCases) {
  OwnTable own(Fields{{"baggage", "exact=1"}, {"Baggage", "other=2"}});
  const amqp_table_t table = own.get();
  EXPECT_EQ(ConstTableCarrier(table).get("baggage"), "exact=1");
  EXPECT_EQ(all(table, "baggage"), Values{"exact=1"});
  EXPECT_EQ(ConstTableCarrier(table).get("BAGGAGE"), "other=2");
  EXPECT_EQ(all(table, "BAGGAGE"), (Values{"exact=1", "other=2"}));
}

TEST(AmqpTable, LongStringsAndByteArraysAreTextAndOthersAbsent) {
  OwnTable own;
  own.add("s", "1");
  own.add("x", "2", AMQP_FIELD_KIND_BYTES);
  OwnTable inner(Fields{{"traceparent", parent}});
  for (const char kind : "tbBsuIilLfdDATFV\xff"s) {  // all others, and an unknown one
    amqp_field_value_t value{};
    value.kind = static_cast<std::uint8_t>(kind);
    if (value.kind == AMQP_FIELD_KIND_TABLE) value.value.table = inner.get();
    own.add("traceparent", value);
  }
  const amqp_table_t table = own.get();
  const ConstTableCarrier carrier(table);
  EXPECT_EQ(carrier.get("s"), "1");
  EXPECT_EQ(carrier.get("x"), "2");
  EXPECT_EQ(carrier.get("traceparent"), std::nullopt);
  EXPECT_EQ(all(table, "traceparent"), Values{});
  Values names;
  carrier.keys([&](std::string_view name) {
    names.emplace_back(name);
    return true;
  });
  EXPECT_EQ(names, (Values{"s", "x"}));
  // But they are replaced.
  Pool pool;
  amqp_table_t written = table;
  TableCarrier(written, pool).set("traceparent", other_parent);
  EXPECT_EQ(to_fields(written), (Fields{{"s", "1"}, {"x", "2"}, {"traceparent", other_parent}}));
}

TEST(AmqpTable, FieldsOfOursThatAreNoTextAreReported) {
  const auto chain = chain_of("tracecontext,baggage,jaeger");
  const auto issues_of = [&](const std::string& name, char kind) {
    amqp_field_value_t value{};
    value.kind = static_cast<std::uint8_t>(kind);
    OwnTable own;
    own.add(name, value);
    own.add("count", OwnTable::integer(3));
    baton::ExtractReport report;
    EXPECT_EQ(baton::amqp::extract(own.get(), {.chain = chain, .report = &report}),
              baton::Context());
    return std::vector(report.issues().begin(), report.issues().end());
  };
  using Issues = std::vector<baton::ExtractReport::Issue>;
  const baton::ParseError error(baton::ErrorCode::wrong_type, 0);
  for (const char kind : "tbBsuIilLfdDATF\xff"s) {  // all but text and the one without a value
    EXPECT_EQ(issues_of("traceparent", kind), (Issues{{"traceparent", error}})) << kind;
    EXPECT_EQ(issues_of("BAGGAGE", kind), (Issues{{"baggage", error}})) << kind;
    EXPECT_EQ(issues_of("Uberctx-User", kind), (Issues{{"uberctx-", error}})) << kind;
    for (const char* name : {"b3", "traceparents", "traceparen", "uberctx", ""}) {
      EXPECT_EQ(issues_of(name, kind), Issues{}) << name << ' ' << kind;
    }
  }
  EXPECT_EQ(issues_of("traceparent", 'V'), Issues{});
}

TEST(AmqpTable, WhatIsNoTextHidesNothing) {
  OwnTable own(Fields{{"traceparent", parent}, {"TraceParent", std::nullopt}, {"b3", "bad"}});
  baton::ExtractReport report;
  const baton::Context context =
      baton::amqp::extract(own.get(), {.chain = chain_of("tracecontext,b3"), .report = &report});
  EXPECT_EQ(context.span_context().span_id, baton::SpanId(0xb7ad6b7169203331));
  ASSERT_EQ(report.issue_count(), 2U);
  EXPECT_EQ(report.issues()[0].error.code, baton::ErrorCode::wrong_type);
  EXPECT_EQ(report.issues()[1].field, "b3");
}

TEST(AmqpTable, ValuesAreBytes) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  Pool pool;
  amqp_table_t table{};
  TableCarrier(table, pool).set(bytes.substr(0, 255), bytes);
  Pool other;
  const std::string wire = encode(table);
  EXPECT_EQ(ConstTableCarrier(decode(wire, other)).get(bytes.substr(0, 255)), bytes);
}

TEST(AmqpTable, ANameThatIsTooLongIsNotWritten) {
  Pool pool;
  OwnTable own(Fields{{"a", "1"}});
  amqp_table_t table = own.get();
  TableCarrier(table, pool).set(std::string(256, 'n'), "1");
  EXPECT_EQ(to_fields(table), (Fields{{"a", "1"}}));
  TableCarrier(table, pool).set(std::string(255, 'n'), "2");
  EXPECT_EQ(TableBinding::raw({nullptr, nullptr, table}),
            (FieldList{{"a", "1"}, {std::string(255, 'n'), "2"}}));
}

TEST(AmqpTable, EmptyNamesAndValuesAreWritten) {
  Pool pool;
  amqp_table_t table{};
  TableCarrier(table, pool).set("", "");
  EXPECT_EQ(to_fields(table), (Fields{{"", ""}}));
  EXPECT_EQ(ConstTableCarrier(table).get(""), "");
}

TEST(AmqpTable, NestedTablesAndArraysPassUntouched) {
  OwnTable inner(Fields{{"traceparent", "inner"}, {"n", std::nullopt}});
  std::vector<amqp_field_value_t> values(3, OwnTable::integer(7));
  values[1].kind = AMQP_FIELD_KIND_TABLE;
  values[1].value.table = inner.get();
  amqp_field_value_t array{};
  array.kind = AMQP_FIELD_KIND_ARRAY;
  array.value.array = {3, values.data()};
  OwnTable own;
  own.add("x-death", array);
  own.add("count", OwnTable::integer(3));
  const amqp_table_t before = own.get();
  Pool pool;
  amqp_table_t table = before;
  baton::amqp::inject(table, pool, context_of(parent), {.chain = chain_of("tracecontext")});
  ASSERT_EQ(table.num_entries, 3);
  amqp_table_t kept = table;
  kept.num_entries = 2;
  EXPECT_EQ(encode(kept), encode(before));
}

TEST(AmqpTable, EntriesThatWereThereAreNotTouched) {
  const Fields theirs = {{"TraceParent", "old"}, {"a", "1"}, {"baggage", "stale=1"}, {"b", "2"}};
  OwnTable own(theirs);
  const amqp_table_t received = own.get();
  Pool pool;
  amqp_table_t table = received;
  baton::amqp::inject(table, pool, context_of(parent), {.chain = chain_of("tracecontext,baggage")});
  EXPECT_EQ(to_fields(table), (Fields{{"a", "1"}, {"b", "2"}, {"traceparent", parent}}));
  EXPECT_EQ(to_fields(received), theirs);
  amqp_table_t emptied = received;
  TableCarrier(emptied, pool).erase("A");
  EXPECT_EQ(to_fields(emptied).size(), 3U);
  EXPECT_EQ(to_fields(received), theirs);
}

TEST(AmqpTable, ACarrierKeepsApartWhatIsCopiedWhileItLives) {
  Pool pool;
  amqp_table_t table{};
  TableCarrier carrier(table, pool);
  carrier.set("a", "1");
  OwnTable own(Fields{{"b", "2"}});
  table = own.get();  // no longer the carrier's own
  carrier.set("b", "3");
  EXPECT_EQ(to_fields(table), (Fields{{"b", "3"}}));
  EXPECT_EQ(to_fields(own.get()), (Fields{{"b", "2"}}));
}

TEST(AmqpTable, EntriesMoveSeldomAsTheyBecomeMore) {
  Pool pool;
  amqp_table_t table{};
  TableCarrier carrier(table, pool);
  std::vector<int> moves;  // the sizes that needed another array
  for (int size = 1; size <= 100; ++size) {
    const amqp_table_entry_t* const before = table.entries;
    carrier.set("n" + std::to_string(size), "1");
    if (table.entries != before) moves.push_back(size);
  }
  ASSERT_GE(moves.size(), 2U);
  EXPECT_EQ(moves[0], 1);
  EXPECT_EQ(moves[1], 5) << "the fields of the usual formats need one array";
  EXPECT_LE(moves.size(), 7U);
}

TEST(AmqpTable, EraseOfTheAbsentTakesNoMemory) {
  Pool pool;
  OwnTable own(Fields{{"a", "1"}});
  amqp_table_t table = own.get();
  const amqp_table_entry_t* const entries = table.entries;
  baton::amqp::inject(table, pool, baton::Context(),
                      {.chain = chain_of("tracecontext,baggage,b3multi")});
  EXPECT_EQ(table.entries, entries);
  EXPECT_EQ(pool.get()->pages.num_blocks + pool.get()->large_blocks.num_blocks, 0);
}

TEST(AmqpTable, AContextTakesOnePageAndNothingElse) {
  OwnTable own(Fields{{"a", "1"}, {"traceparent", parent}, {"baggage", "k=v"}});
  const amqp_table_t received = own.get();
  const baton::PropagatorChain chain = chain_of("tracecontext,baggage,b3");
  const baton::Context sent = full_context();
  static_cast<void>(baton::amqp::extract(received, {.chain = chain}));
  std::size_t before = baton::test::allocations;
  const baton::Context context = baton::amqp::extract(received, {.chain = chain});
  EXPECT_EQ(baton::test::allocations - before, 1U) << "the block of the baggage alone";
  EXPECT_EQ(ConstTableCarrier(received).get("a")->data(),
            received.entries[0].value.value.bytes.bytes);

  Pool pool;
  before = baton::test::allocations;
  for (int i = 0; i < 1000; ++i) {
    amqp_table_t table = received;
    baton::amqp::inject(table, pool, sent, {.chain = chain});
    pool.recycle();
  }
  EXPECT_EQ(baton::test::allocations - before, 0U);
  EXPECT_EQ(pool.get()->pages.num_blocks, 1);
  EXPECT_EQ(pool.get()->large_blocks.num_blocks, 0);
  EXPECT_TRUE(context.span_context().is_valid());
}

TEST(AmqpTable, TenThousandFieldsAndAMegabyteValue) {
  OwnTable own;
  own.add("traceparent", parent);
  for (int i = 0; i < 10000; ++i) {
    own.add("baggage", "k" + std::to_string(i) + "=v");
    own.add("h" + std::to_string(i), "v");
  }
  own.add("tracestate", "a=" + std::string(1 << 20, 'x'));
  baton::ExtractReport report;
  const auto chain = chain_of("tracecontext,baggage");
  amqp_table_t table = own.get();
  const baton::Context context = baton::amqp::extract(table, {.chain = chain, .report = &report});
  EXPECT_EQ(context.span_context().span_id, baton::SpanId(0xb7ad6b7169203331));
  EXPECT_TRUE(context.span_context().trace_state.empty());
  EXPECT_EQ(context.baggage().size(), 180U);
  EXPECT_EQ(report.issue_count(), 2U);
  Pool pool;
  baton::amqp::inject(table, pool, context_of(other_parent), {.chain = chain});
  EXPECT_EQ(table.num_entries, 10001);
}

TEST(AmqpTable, NoEntriesAreNone) {
  for (const int count : {0, -1}) {
    amqp_table_t table{count, nullptr};
    EXPECT_EQ(ConstTableCarrier(table).get("a"), std::nullopt);
    Pool pool;
    TableCarrier(table, pool).erase("a");
    TableCarrier(table, pool).set("a", "1");
    EXPECT_EQ(to_fields(table), (Fields{{"a", "1"}}));
  }
}

}  // namespace
