// SPDX-License-Identifier: Apache-2.0
// The first one: it chooses the features of the system's headers.
#include "laws/nginx_laws.hpp"

#include <gtest/gtest.h>

#include "baton/configuration.hpp"

namespace baton::nginx {
namespace {

using laws::FinitePool;
using laws::NginxList;
using laws::Pairs;

constexpr std::array<std::string_view, 2> names{"traceparent", "b3"};

/// The fields of a list behind changes.
class Changed {
 public:
  explicit Changed(const Pairs& fields, std::size_t part_size = 20, std::size_t memory = 1'000,
                   std::span<const std::string_view> known = names)
      : list_(fields, part_size), pool_(memory), names_(known) {}

  FieldChanges& changes() { return changes_; }
  [[nodiscard]] bool differ() { return changes_.differ(); }
  [[nodiscard]] bool apply() { return differ() && changes_.apply(made_); }
  const MadeList& made() {
    EXPECT_TRUE(apply());
    EXPECT_TRUE(list_.is_unchanged());
    return made_;
  }
  Pairs result() { return laws::pairs_of(made().part); }
  [[nodiscard]] FieldParts parts() const { return list_.parts(); }

 private:
  NginxList list_;
  FinitePool pool_;
  FieldNames names_;
  FieldChanges changes_{names_, list_.parts(), {&FinitePool::take, &pool_}};
  MadeList made_;
};

TEST(NginxFieldsTest, OtherFieldsRemain) {
  Changed changed(Pairs{{"B4", "1"}, {"b4", "2"}, {"tr_ceparent", "3"}});
  EXPECT_FALSE(changed.differ());
}

TEST(NginxFieldsTest, WhatNobodySetsIsErased) {
  Changed changed(Pairs{{"B3", "1"}, {"a", "2"}});
  EXPECT_EQ(changed.result(), (Pairs{{"a", "2"}}));
}

TEST(NginxFieldsTest, SetsAndErasesInAnyCase) {
  Changed changed(Pairs{{"A", "1"}, {"B3", "x"}, {"b", "2"}, {"TraceParent", "y"}, {"b3", "z"}}, 2);
  changed.changes().set("traceparent", "new");
  changed.changes().erase("b3");
  EXPECT_EQ(changed.result(), (Pairs{{"A", "1"}, {"b", "2"}, {"traceparent", "new"}}));
}

TEST(NginxFieldsTest, TheLastWordCounts) {
  Changed changed(Pairs{{"b3", "x"}});
  changed.changes().erase("b3");
  changed.changes().set("b3", "1");
  changed.changes().set("b3", "2");
  changed.changes().set("traceparent", "1");
  changed.changes().erase("traceparent");
  EXPECT_EQ(changed.result(), (Pairs{{"b3", "2"}}));
}

TEST(NginxFieldsTest, TheSameFieldIsNoChange) {
  Changed changed(Pairs{{"B3", "x"}, {"a", "b"}});
  changed.changes().set("b3", "x");
  EXPECT_FALSE(changed.differ());
}

TEST(NginxFieldsTest, ButARepeatedOneIs) {
  Changed changed(Pairs{{"b3", "x"}, {"b3", "x"}});
  changed.changes().set("b3", "x");
  EXPECT_EQ(changed.result(), (Pairs{{"b3", "x"}}));
}

TEST(NginxFieldsTest, WhatCouldBreakAHeaderIsNotWritten) {
  for (const std::string& value : {std::string("a\r\nX: 1"), std::string("a\nb"),
                                   std::string("a\0b", 3), std::string("\x7f")}) {
    Changed changed(Pairs{{"b3", "x"}});
    changed.changes().set("b3", value);
    EXPECT_EQ(changed.result(), Pairs());
  }
  for (const std::string_view name : {"", "a b", "a:", "a\r\n"}) {
    Changed changed(Pairs{{"a", "x"}});
    changed.changes().set(name, "1");
    changed.changes().erase(name);
    EXPECT_FALSE(changed.differ());
  }
}

TEST(NginxFieldsTest, OtherNamesAreCopiedInLowercase) {
  Changed changed(Pairs{{"uberctx-key", "old"}});
  std::string name = "UberCtx-Key";
  changed.changes().set(name, "new");
  name = "overwritten";
  EXPECT_EQ(changed.result(), (Pairs{{"uberctx-key", "new"}}));
}

TEST(NginxFieldsTest, AnyNumberOfNames) {
  Changed changed(Pairs{{"a", "1"}}, 20, 100'000);
  for (int i = 0; i < 1'000; ++i) changed.changes().set("k" + std::to_string(i), "v");
  EXPECT_EQ(changed.result().size(), 1'001U);
}

/// So many names need no room of the pool.
constexpr std::size_t room = 24;

TEST(NginxFieldsTest, RoomForANameIsNoMemoryForIt) {
  Changed changed(Pairs{}, 20, room + 1, {});
  for (std::size_t i = 0; i < room; ++i) changed.changes().erase("k" + std::to_string(i));
  EXPECT_FALSE(changed.changes().failed());
  changed.changes().erase("one more");
  EXPECT_FALSE(changed.changes().failed());  // no name of a field
  changed.changes().erase("one-more");
  EXPECT_TRUE(changed.changes().failed());
}

void* take_little(void* pool, std::size_t size) noexcept {
  return size < 1'000 ? FinitePool::take(pool, size) : nullptr;
}

TEST(NginxFieldsTest, MemoryForANameIsNoRoomForIt) {
  FinitePool pool(100);
  const FieldNames none;
  FieldChanges changes(none, {}, {&take_little, &pool});
  for (std::size_t i = 0; i < room; ++i) changes.erase("k" + std::to_string(i));
  EXPECT_FALSE(changes.failed());
  changes.erase("one-more");
  EXPECT_TRUE(changes.failed());
}

TEST(NginxFieldsTest, MoreNamesThanHaveANumber) {
  Changed changed(Pairs{{"a", "1"}}, 20, 1'000'000, {});
  for (int i = 0; i < 0xfffe; ++i) changed.changes().set("k" + std::to_string(i), "v");
  EXPECT_FALSE(changed.changes().failed());
  changed.changes().set("k", "v");
  EXPECT_TRUE(changed.changes().failed());
  EXPECT_FALSE(changed.apply());
}

TEST(NginxFieldsTest, NamesWithUnderscoresAreTheSameVariable) {
  Changed changed(Pairs{{"x_key", "1"}, {"X_KEY", "2"}, {"x-key", "3"}, {"xkey", "4"}});
  changed.changes().set("x-key", "5");
  EXPECT_EQ(changed.result(), (Pairs{{"xkey", "4"}, {"x-key", "5"}}));
}

TEST(NginxFieldsTest, ButAreWrittenAnew) {
  constexpr std::array<std::string_view, 1> known{"x-key"};
  Changed changed(Pairs{{"x_key", "1"}}, 20, 100, known);
  changed.changes().set("x-key", "1");
  EXPECT_EQ(changed.result(), (Pairs{{"x-key", "1"}}));
}

TEST(NginxFieldsTest, WhereverTheUnderscoreIs) {
  constexpr std::array<std::string_view, 1> known{"abc-de-"};
  for (const char* const name : {"abc_de-", "abc-de_", "ABC_DE_"}) {
    Changed changed(Pairs{{name, "1"}}, 20, 0, known);
    EXPECT_TRUE(changed.differ()) << name;
  }
}

TEST(NginxFieldsTest, ButNotIfBothAreWritten) {
  Changed changed(Pairs{{"uberctx-a_b", "1"}, {"uberctx-a-b", "2"}});
  changed.changes().set("uberctx-a_b", "3");
  changed.changes().set("uberctx-a-b", "4");
  EXPECT_EQ(changed.result(), (Pairs{{"uberctx-a_b", "3"}, {"uberctx-a-b", "4"}}));
}

TEST(NginxFieldsTest, AFieldBelongsToTheNameThatIsAddedForIt) {
  constexpr std::array<std::string_view, 1> known{"x-key"};
  Changed changed(Pairs{{"x_key", "1"}, {"x-key", "2"}}, 20, 100, known);
  changed.changes().set("x-key", "2");
  EXPECT_TRUE(changed.differ());  // both are its fields
  changed.changes().set("x_key", "1");
  EXPECT_FALSE(changed.differ());
}

TEST(NginxFieldsTest, AVisitEndsWhereItIsTo) {
  Changed changed(Pairs{{"a", "1"}, {"b3", "x"}, {"c", "2"}, {"traceparent", "y"}}, 2);
  changed.changes().set("b3", "new");
  const MadeList& made = changed.made();
  for (const FieldParts parts : {changed.parts(), FieldParts{&made.part, &made}}) {
    for (std::size_t last = 1; last <= 4; ++last) {
      std::size_t visited = 0;
      parts.for_each([&](const ngx_table_elt_t&) { return ++visited < last; });
      EXPECT_EQ(visited, last);
    }
  }
}

TEST(NginxFieldsTest, MoreNamesThanUsual) {
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) texts.push_back("name-" + std::to_string(i));
  const std::vector<std::string_view> many(texts.begin(), texts.end());
  const FieldNames prepared(many);
  for (const std::size_t memory : {0U, 1U, 2U, 100U}) {
    FinitePool pool(memory);
    const NginxList list({{"name-59", "1"}, {"a", "1"}}, 20);
    FieldChanges changes(prepared, list.parts(), {&FinitePool::take, &pool});
    EXPECT_EQ(changes.failed(), memory == 0);
    changes.erase("name-59");
    MadeList made;
    const bool is_applied = changes.differ() && changes.apply(made);
    EXPECT_EQ(is_applied, memory >= 2);
    EXPECT_EQ(changes.failed(), memory == 0);
  }
}

TEST(NginxFieldsTest, WithoutMemoryNothingIsApplied) {
  for (std::size_t memory = 0; memory < 5; ++memory) {
    Changed changed(Pairs{{"b3", "x"}}, 20, memory);
    changed.changes().set("b3", "new");           // one block
    changed.changes().set("uberctx-a", "other");  // two
    EXPECT_EQ(changed.apply(), memory >= 4);
  }
}

/// A list with a `b3` that became a `traceparent`, and then lost the field at each place.
TEST(NginxFieldsTest, WhatOthersRemoveIsGone) {
  const auto remove = [](ngx_list_part_t& list, std::size_t at) {
    static ngx_list_part_t rest;
    auto* const fields = static_cast<ngx_table_elt_t*>(list.elts);
    rest = {fields + at + 1, list.nelts - at - 1, nullptr};
    if (at == 0) {
      list = rest;
    } else {
      list.nelts = at;
      list.next = rest.nelts != 0 ? &rest : nullptr;
    }
  };
  const std::array left{Pairs{{"c", "2"}, {"b3", "x"}}, Pairs{{"a", "1"}, {"b3", "x"}},
                        // Ours is gone, so what it replaced is, too.
                        Pairs{{"a", "1"}, {"c", "2"}, {"b3", "x"}}};
  for (std::size_t at = 0; at < left.size(); ++at) {
    Changed changed(Pairs{{"a", "1"}, {"b3", "x"}, {"TraceParent", "y"}, {"c", "2"}}, 2);
    changed.changes().set("traceparent", "new");
    const MadeList& made = changed.made();
    EXPECT_EQ(laws::pairs_of(made.part), (Pairs{{"a", "1"}, {"c", "2"}, {"traceparent", "new"}}));

    ngx_list_part_t now = made.part;
    EXPECT_TRUE(made.is_unchanged(now));
    remove(now, at);
    EXPECT_TRUE(made.is(now));
    EXPECT_FALSE(made.is_unchanged(now));
    FinitePool pool(1);
    const FieldNames none;
    const FieldParts old{&now, &made};
    FieldChanges back(none, old, {&FinitePool::take, &pool});
    MadeList restored;
    EXPECT_FALSE(back.differ());
    ASSERT_TRUE(back.apply(restored));
    Pairs expected = left[at];
    if (at != 2) expected.emplace_back("TraceParent", "y");
    EXPECT_EQ(laws::pairs_of(restored.part), expected) << at;
  }
}

TEST(NginxFieldsTest, WhatOthersChangeOrAddRemains) {
  Changed changed(Pairs{{"a", "1"}, {"b3", "x"}, {"traceparent", "y"}}, 2);
  changed.changes().set("traceparent", "new");
  changed.changes().set("b3", "new");
  const MadeList& made = changed.made();

  ngx_list_part_t now = made.part;
  auto* const fields = static_cast<ngx_table_elt_t*>(now.elts);
  fields[0].value = text_of("2");    // a
  fields[1].value = text_of("own");  // traceparent, of the same size
  ASSERT_LT(now.nelts, made.capacity);
  fields[now.nelts++] = {1, text_of("c"), text_of("3"), text_of("c").data};
  const NginxList more({{"d", "4"}}, 2);
  ngx_list_part_t behind = *more.parts().list;
  now.next = &behind;

  FinitePool pool(100);
  const FieldNames none;
  const FieldParts old{&now, &made};
  FieldChanges back(none, old, {&FinitePool::take, &pool});
  MadeList restored;
  EXPECT_FALSE(back.differ());
  ASSERT_TRUE(back.apply(restored));
  const Pairs others{{"a", "2"}, {"traceparent", "own"}, {"c", "3"}, {"d", "4"}, {"b3", "x"}};
  EXPECT_EQ(laws::pairs_of(restored.part), others);

  const FieldNames prepared(names);
  FieldChanges again(prepared, old, {&FinitePool::take, &pool});
  again.set("traceparent", "last");
  ASSERT_TRUE(again.differ());
  ASSERT_TRUE(again.apply(restored));
  EXPECT_EQ(laws::pairs_of(restored.part),
            (Pairs{{"a", "2"}, {"c", "3"}, {"d", "4"}, {"traceparent", "last"}}));
}

TEST(NginxFieldsTest, AListIsKnownByWhatItWasMadeOf) {
  Changed changed(Pairs{{"a", "1"}, {"b3", "x"}, {"traceparent", "y"}, {"c", "2"}}, 3);
  changed.changes().set("traceparent", "new");
  const MadeList& made = changed.made();
  const FieldParts parts = changed.parts();
  EXPECT_TRUE(made.is_made_of(parts));

  const auto is_made_of = [&made](const ngx_list_part_t& part) {
    return made.is_made_of({&part, nullptr});
  };
  ngx_list_part_t less = *parts.list;
  less.next = nullptr;
  EXPECT_FALSE(is_made_of(less));
  ngx_list_part_t more = *parts.list;
  const NginxList added({{"d", "1"}}, 3);
  more.next->next = const_cast<ngx_list_part_t*>(added.parts().list);
  EXPECT_FALSE(is_made_of(more));
  more.next->next = nullptr;
  EXPECT_TRUE(is_made_of(more));

  auto* const fields = static_cast<ngx_table_elt_t*>(parts.list->elts);
  u_char other = 'x';
  for (std::size_t i = 0; i < 3; ++i) {
    const ngx_table_elt_t before = fields[i];
    for (ngx_str_t* const text : {&fields[i].key, &fields[i].value}) {
      text->data = &other;
      EXPECT_FALSE(is_made_of(*parts.list));
      fields[i] = before;
      --text->len;
      EXPECT_FALSE(is_made_of(*parts.list));
      fields[i] = before;
    }
    fields[i].hash = 0;  // as nginx marks what is not there any more
    EXPECT_FALSE(is_made_of(*parts.list));
    fields[i] = before;
  }
  EXPECT_TRUE(is_made_of(*parts.list));
  auto* const ours = static_cast<ngx_table_elt_t*>(made.part.elts);
  for (ngx_uint_t i = 0; i < made.part.nelts; ++i) {
    const ngx_table_elt_t before = ours[i];
    ours[i].value = text_of("theirs");
    EXPECT_FALSE(is_made_of(*parts.list));
    ours[i] = before;
    --ours[i].value.len;
    EXPECT_FALSE(is_made_of(*parts.list));
    ours[i] = before;
  }
}

TEST(NginxFieldsTest, AListIsKnownByWhatWasReplaced) {
  Changed changed(Pairs{{"a", "1"}, {"b3", "x"}});
  const MadeList& made = changed.made();
  EXPECT_TRUE(made.is_made_of(changed.parts()));
  ngx_list_part_t less = *changed.parts().list;
  less.nelts = 1;
  EXPECT_FALSE(made.is_made_of({&less, nullptr}));
}

TEST(NginxFieldsTest, WhatIsBehindIsAChange) {
  Changed changed(Pairs{{"b3", "x"}, {"a", "1"}});
  const MadeList& made = changed.made();
  ngx_list_part_t now = made.part;
  EXPECT_TRUE(made.is_unchanged(now));
  ngx_list_part_t behind{};
  now.next = &behind;
  EXPECT_FALSE(made.is_unchanged(now));
  now.next = nullptr;
  ++now.nelts;
  EXPECT_FALSE(made.is_unchanged(now));
}

TEST(NginxFieldsTest, AnotherListIsAChange) {
  Changed changed(Pairs{{"b3", "x"}, {"a", "1"}});
  const MadeList& made = changed.made();
  const NginxList other({{"a", "1"}}, 20);
  ASSERT_EQ(other.parts().list->nelts, made.part.nelts);
  EXPECT_FALSE(made.is_unchanged(*other.parts().list));
}

TEST(NginxFieldsTest, AListIsMadeOfNothing) {
  Changed changed(Pairs{});
  changed.changes().set("traceparent", "new");
  EXPECT_TRUE(changed.made().is_made_of(changed.parts()));
}

// nginx would write what one request adds where another one has its own.
TEST(NginxFieldsTest, AnEmptyListIsNotShared) {
  Changed changed(Pairs{{"b3", "x"}});
  const MadeList& made = changed.made();
  ASSERT_EQ(made.part.nelts, 0U);
  EXPECT_TRUE(made.is(made.part));
  EXPECT_FALSE(made.is_unchanged(made.part));
  EXPECT_FALSE(made.is_made_of(changed.parts()));
}

TEST(NginxFieldsTest, WhatAChainOwnsIsErasedUnlessItIsWritten) {
  const PropagatorChain chain = make_chain({"jaeger", "b3multi", {}, {}, {}}).chain;
  const FieldNames owned(chain);
  const Pairs fields{{"Uber-Trace-Id", "1"}, {"UberCtx-User", "1"},   {"uberctx_user", "1"},
                     {"uberctx-", "1"},      {"jaeger-baggage", "1"}, {"b3", "1"},
                     {"X-B3-Flags", "1"},    {"uberctx", "1"},        {"traceparent", "1"}};
  const NginxList list(fields, 20);
  FinitePool pool(100);
  FieldChanges changes(owned, list.parts(), {&FinitePool::take, &pool});
  changes.set("uberctx-tenant", "t");
  MadeList made;
  ASSERT_TRUE(changes.differ());
  ASSERT_TRUE(changes.apply(made));
  EXPECT_EQ(laws::pairs_of(made.part),
            (Pairs{{"uberctx", "1"}, {"traceparent", "1"}, {"uberctx-tenant", "t"}}));
}

TEST(NginxFieldsTest, ReadsAsTheCarrierOfHttp) {
  const PropagatorChain chain = make_chain("tracecontext,baggage,b3,jaeger").chain;
  const std::string ids = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
  for (std::size_t part_size = 1; part_size < 6; ++part_size) {
    laws::check_nginx_fields(
        {{"B3", ids + "-1"}, {"Baggage", "a=1"}, {"x", "y"}, {"baggage", "b=2"}}, part_size, chain,
        1'000);
    laws::check_nginx_fields({}, part_size, chain, 1'000);
  }
}

}  // namespace
}  // namespace baton::nginx
