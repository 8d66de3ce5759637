// SPDX-License-Identifier: Apache-2.0
// Formats with baggage while the heap has no memory.
#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include "baton/configuration.hpp"
#include "baton/w3c.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"
#include "support/replaced_allocator.hpp"

namespace baton {
namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();
constexpr std::string_view formats = "tracecontext,baggage,jaeger,ottrace";
constexpr std::string_view parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

thread_local std::size_t allocations = 0;
thread_local std::size_t fails_at = never;
thread_local bool fails_for_ever = false;

/// One allocation that fails, or all from that one on.
class Shortage {
 public:
  /// Works without each allocation, and without all from that one on.
  template <class Work>
  static void for_each(Work work) {
    for (const bool for_ever : {true, false}) {
      Shortage shortage(for_ever);
      do {
        work(shortage);
        ++shortage.number_;
      } while (shortage.was_short_);
    }
  }

  /// Whether the function throws.
  template <class Function>
  [[nodiscard]] bool throws(Function function) {
    bool has_thrown = false;
    allocations = 0;
    fails_at = number_;
    fails_for_ever = for_ever_;
    try {
      function();
    } catch (const std::bad_alloc&) {
      has_thrown = true;
    }
    fails_at = never;
    fails_for_ever = false;
    was_short_ = allocations > number_;
    return has_thrown;
  }
  [[nodiscard]] bool was_short() const noexcept { return was_short_; }

 private:
  explicit Shortage(bool for_ever) : for_ever_(for_ever) {}

  std::size_t number_ = 0;
  bool was_short_ = false;
  const bool for_ever_;
};

/// All formats that have baggage, with keys and values beyond what has room without memory.
test::Fields much_baggage() {
  test::Fields fields{{"traceparent", parent},
                      {"tracestate", "a=1"},
                      {"baggage", "own=1," + std::string(300, 'k') + "=v"},
                      {"uber-trace-id", "4bf92f3577b34da6a3ce929d0e0e4736:f067aa0ba902b7:0:1"},
                      {"jaeger-baggage", "listed=" + std::string(400, 'v')},
                      {"ot-tracer-traceid", "a3ce929d0e0e4736"},
                      {"ot-tracer-spanid", "00f067aa0ba902b7"},
                      {"ot-baggage-o", "1"}};
  fields.add("uberctx-" + std::string(400, 'K'), "%2C" + std::string(500, 'v'));
  return fields;
}

TEST(HeapShortageTest, ReadingNeverThrowsAndReportsWhatIsMissing) {
  const PropagatorChain chain = make_chain(formats).chain;
  const test::Fields fields = much_baggage();
  Context whole;
  chain.extract(fields, whole);
  EXPECT_EQ(whole.baggage().size(), 5U);
  Shortage::for_each([&](Shortage& shortage) {
    Context context;
    ExtractReport report;
    EXPECT_FALSE(shortage.throws([&] { chain.extract(fields, context, &report); }));
    EXPECT_EQ(context.span_context().trace_id, whole.span_context().trace_id);
    EXPECT_EQ(context.span_context().span_id, whole.span_context().span_id);
    EXPECT_TRUE(shortage.was_short() || context == whole);
    for (const ExtractReport::Issue& issue : report.issues()) {
      EXPECT_EQ(issue.error.code, ErrorCode::out_of_memory);
    }
    EXPECT_TRUE(context == whole || !report.issues().empty());
  });
}

TEST(HeapShortageTest, WritingWritesAllOrThrows) {
  const PropagatorChain chain = make_chain(formats).chain;
  Context context;
  chain.extract(much_baggage(), context);
  test::Fields whole;
  chain.inject(context, whole);
  Shortage::for_each([&](Shortage& shortage) {
    test::Fields fields;
    const bool has_thrown = shortage.throws([&] { chain.inject(context, fields); });
    EXPECT_EQ(has_thrown, shortage.was_short());
    EXPECT_TRUE(has_thrown || fields.sorted() == whole.sorted());
  });
}

TEST(HeapShortageTest, WritingATracestateOverItsLimitWritesItOrThrows) {
  const TraceContextPropagator propagator({.max_tracestate_bytes = 300});
  Context context;
  const std::string state = "long=" + std::string(200, 'v') + "," + test::numbered_members(30) +
                            ",last=" + std::string(100, 'v');
  context.set_span_context(
      {TraceId(1, 2), SpanId(3), TraceFlags(1), true, TraceState::parse(state).value()});
  const std::string expected = context.span_context().trace_state.header(300);
  Shortage::for_each([&](Shortage& shortage) {
    test::Fields fields;
    const bool has_thrown = shortage.throws([&] { propagator.inject(context, fields); });
    EXPECT_EQ(has_thrown, shortage.was_short());
    EXPECT_TRUE(has_thrown || fields.get("tracestate") == expected);
  });
}

/// Needs no memory: counts the fields, and notes whether that of one key is written.
struct FamilyCarrier {
  void set(std::string_view name, std::string_view value) {
    ++count;
    if (name == "uberctx-user") is_new = value == "new";
  }
  void erase(std::string_view) {}

  std::size_t count = 0;
  bool is_new = false;
};

TEST(HeapShortageTest, WritingAFamilyWritesAllOrThrows) {
  const PropagatorChain chain = make_chain("jaeger").chain;
  // More keys than an index has room for without memory.
  const std::string many = "user=new," + test::numbered_members(256);
  std::string capitals = "USER=new";
  for (std::size_t i = 0; i < 256; ++i) capitals += test::numbered(",K", i) + "=v";
  struct Row {
    std::string baggage;
    std::size_t keys;
  };
  for (const Row& row : {Row{"user=new", 1}, Row{"user=old,user=new", 1}, Row{many, 257},
                         Row{capitals, 257}, Row{"user=old," + many, 257}}) {
    Context context;
    context.set_baggage(Baggage::parse(row.baggage, {.max_members = 1000}));
    Shortage::for_each([&](Shortage& shortage) {
      FamilyCarrier carrier;
      const bool has_thrown = shortage.throws([&] { chain.inject(context, carrier); });
      EXPECT_EQ(has_thrown, shortage.was_short());
      EXPECT_TRUE(has_thrown || (carrier.is_new && carrier.count == row.keys)) << row.keys;
    });
  }
}

TEST(HeapShortageTest, WhatMustNotLeaveIsErasedOrThrows) {
  const PropagatorChain chain =
      make_chain("jaeger").chain.with_trust({.destinations = {{"*", false, false, {"user"}}}});
  const std::string key(300, 'k');
  for (const std::string& baggage : {key + "=v", "user=new," + key + "=v"}) {
    const bool has_user = baggage.starts_with("user");
    Context context;
    context.set_baggage(Baggage::parse(baggage));
    Shortage::for_each([&](Shortage& shortage) {
      test::Fields fields{{"uberctx-" + key, "v"}};
      if (has_user) fields.add("uberctx-user", "stale");
      if (shortage.throws([&] { chain.inject(context, fields); })) return;
      EXPECT_FALSE(fields.get("uberctx-" + key));
      EXPECT_NE(fields.get("uberctx-user"), "stale");
      EXPECT_TRUE(shortage.was_short() || fields.get("uberctx-user").has_value() == has_user);
    });
  }
}

}  // namespace

bool test::may_allocate(std::size_t) noexcept {
  const std::size_t number = allocations++;
  return fails_for_ever ? number < fails_at : number != fails_at;
}

}  // namespace baton
