// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/baggage.hpp"
#include "core/baggage_joiner.hpp"
#include "core/baggage_parser.hpp"
#include "core/key_index.hpp"
#include "support/arena.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

using detail::MemorySource;
using test::allocations;
using test::allocations_of;
using test::Arena;

constexpr ParseError no_memory(ErrorCode::out_of_memory, 0);
constexpr BaggageLimits many{.max_members = 1000, .max_bytes = 100'000};

/// The keys and raw values that an iteration gives.
std::string all_of(const Baggage& baggage) {
  std::string all;
  for (const BaggageMember& member : baggage) {
    all.append(member.key()).append("=").append(member.raw_value()).append(" ");
  }
  return all;
}

TEST(BaggageMemoryTest, ARepeatedKeyAppearsOnceIfThereIsMemory) {
  struct Row {
    std::string_view list;
    std::string_view with;
    std::string_view without;
  };
  for (const Row& row : {
           Row{"a=1,b=2", "a=1 b=2 ", "a=1 b=2 "},
           Row{"a=1,a=2", "a=2 ", "a=1 a=2 "},
           Row{"a=1,b=2,a=3", "a=3 b=2 ", "a=1 b=2 a=3 "},
           Row{"a=1,b=2,a=3,c=4,a=5,b=6", "a=5 b=6 c=4 ", "a=1 b=2 a=3 c=4 a=5 b=6 "},
       }) {
    const Baggage baggage = Baggage::parse(row.list);
    for (const bool has_memory : {true, false}) {
      Arena arena(has_memory ? Arena::never : 0);
      const MemorySource source(&Arena::take, &arena);
      EXPECT_EQ(all_of(baggage), has_memory ? row.with : row.without);
      EXPECT_EQ(baggage.begin().may_repeat_keys(), !has_memory && row.with != row.without);
    }
  }
}

TEST(BaggageMemoryTest, WithoutMemoryForTheOrderOfItsKeysNoListIsJoined) {
  const Baggage base = Baggage::parse("own=1");
  const Baggage more = Baggage::parse("a=old,b=1,a=new");
  test::for_each_shortage([&](Arena& arena) {
    const MemorySource source(&Arena::take, &arena);
    Context context;
    context.set_baggage(base);
    const ParseError error = detail::join_baggage(context, more, many);
    EXPECT_EQ(error, arena.was_short() ? no_memory : ParseError());
    EXPECT_EQ(context.baggage().header(), arena.was_short() ? "own=1" : "own=1,a=new,b=1");
  });
}

// An iteration that found no memory at first must not use some that it finds later.
TEST(BaggageMemoryTest, WithoutMemoryForItsIndexAnIterationMayRepeatKeys) {
  const Baggage baggage = Baggage::parse(test::numbered_members(257), many);
  for (const bool for_ever : {true, false}) {
    Arena arena(0, for_ever);
    const MemorySource source(&Arena::take, &arena);
    const Baggage::const_iterator begin = baggage.begin();
    EXPECT_TRUE(begin.may_repeat_keys());
    EXPECT_EQ(std::distance(begin, baggage.end()), 257);
  }
  EXPECT_FALSE(baggage.begin().may_repeat_keys());
}

TEST(BaggageMemoryTest, WithoutMemoryNothingIsSetOrRead) {
  Arena arena(0);
  const MemorySource source(&Arena::take, &arena);
  EXPECT_EQ(Baggage().set("a", "1").error(), no_memory);
  std::vector<ParseError> errors;
  const auto on_error = [&](ParseError error) { errors.push_back(error); };
  EXPECT_TRUE(Baggage::parse("a=1", {}, on_error).empty());
  EXPECT_EQ(errors, std::vector<ParseError>({no_memory}));
}

// More runs of members than the parser has room for.
TEST(BaggageMemoryTest, WithoutMemoryReadingStopsAtTheRunThatDoesNotFit) {
  constexpr std::size_t room = 193;  // with the last one
  for (const std::string_view member : {"a=1", " a=1"}) {
    Arena arena(0);
    const MemorySource source(&Arena::take, &arena);
    std::vector<ParseError> errors;
    const auto on_error = [&](ParseError error) { errors.push_back(error); };
    detail::BaggageParser parser(many, on_error);
    for (std::size_t i = 0; i < room; ++i) EXPECT_TRUE(parser.feed(member)) << i;
    EXPECT_FALSE(parser.feed(member));
    const std::size_t place = room * (member.size() + 1) + member.find('a');
    EXPECT_EQ(errors, std::vector({ParseError(ErrorCode::out_of_memory, place)}));
  }
}

TEST(BaggageMemoryTest, MembersSideBySideNeedNoMemoryButTheirText) {
  std::string list = "blank = 1";
  for (std::size_t i = 0; i < 300; ++i) list += test::numbered(",k", i) + "=v";
  const std::string plain = "k=" + std::string(40, 'v') + ",l=" + std::string(60, 'v');
  const std::size_t before = allocations;
  EXPECT_EQ(Baggage::parse(list, many).header(), list);
  EXPECT_EQ(allocations - before, 1U);

  // Each field is one run, though its members are read in two ways.
  const std::string field = plain + ",blank = 1";
  detail::BaggageParser parser(many, {});
  const auto read = [&] {
    for (std::size_t i = 0; i < 150; ++i) parser.feed(field);
    return parser.finish();
  };
  Arena arena;
  const MemorySource source(&Arena::take, &arena);
  EXPECT_FALSE(read().empty());
  EXPECT_EQ(arena.asked(), 1U);
}

TEST(BaggageMemoryTest, WithoutMemoryABuilderRemainsAsItIs) {
  const std::string list = test::numbered_members(256);
  BaggageBuilder builder(Baggage::parse(list, many), many);
  {
    Arena arena(0);
    const MemorySource source(&Arena::take, &arena);
    EXPECT_EQ(builder.set("another", "1").error(), no_memory);
    EXPECT_TRUE(builder.set("k0", "w"));
  }
  EXPECT_EQ(builder.build().header(), "k0=w" + list.substr(4));
}

TEST(BaggageMemoryTest, WithoutMemoryAnIndexHasNoNumberForANewKey) {
  std::string keys;
  for (std::size_t i = 1000; i < 1257; ++i) keys += test::numbered("", i);
  for (const std::size_t fails_at : {0U, 1U}) {
    detail::KeyIndex index;
    Arena arena(fails_at, false);
    const MemorySource source(&Arena::take, &arena);
    for (std::size_t i = 0; i < 257; ++i) {
      const auto [number, is_new] = index.insert(keys, std::string_view(keys).substr(4 * i, 4));
      EXPECT_EQ(number, i < 256 ? i : detail::KeyIndex::none);
      EXPECT_TRUE(is_new);
    }
  }
}

/// The allocations of changes of a builder, none of which is larger than `most`.
template <class Change>
std::size_t allocations_of_changes(BaggageBuilder& builder, std::size_t most, Change change) {
  constexpr std::size_t changes = 10'000;
  test::largest_allocation = 0;
  const std::size_t before = allocations;
  for (std::size_t i = 0; i < changes; ++i) change(builder, i);
  EXPECT_LE(test::largest_allocation, most);
  return allocations - before;
}

void set_again(BaggageBuilder& builder, std::size_t) {
  EXPECT_TRUE(builder.set("again", "12345678"));
}
void set_and_erase(BaggageBuilder& builder, std::size_t i) {
  const std::string key = test::numbered("key", i);
  EXPECT_TRUE(builder.set(key, ""));
  EXPECT_TRUE(builder.erase(key));
}

// Each time that it drops waste, it makes some twenty allocations.
TEST(BaggageMemoryTest, ABuilderDropsWhatItNoLongerNeeds) {
  struct Row {
    std::string base;
    void (*change)(BaggageBuilder&, std::size_t);
    std::size_t largest;      // in bytes
    std::size_t allocations;  // of all changes
  };
  const std::string long_one = "long=" + std::string(8000, 'v');
  const Row rows[] = {
      {"", set_again, 10'000, 5'000},
      {long_one, set_again, 40'000, 300},
      {"", set_and_erase, 10'000, 5'000},
      {long_one, set_and_erase, 20'000, 5'000},
      {test::numbered_members(180), set_and_erase, 10'000, 1'500},
  };
  for (const Row& row : rows) {
    const Baggage base = Baggage::parse(row.base);
    BaggageBuilder builder(base, {.max_members = base.size() + 1, .max_bytes = 9000});
    EXPECT_LE(allocations_of_changes(builder, row.largest, row.change), row.allocations)
        << row.base.substr(0, 10) << ", " << &row - rows;
    EXPECT_EQ(builder.build().header().substr(0, row.base.size()), row.base);
  }
}

TEST(BaggageMemoryTest, ABuilderDropsTheTextOfAMemberThatIsErased) {
  BaggageBuilder builder(Baggage::parse("a=1,b=" + std::string(8000, 'v')));
  test::largest_allocation = 0;
  EXPECT_TRUE(builder.erase("b"));
  EXPECT_NE(test::largest_allocation, 0U);
  EXPECT_LE(test::largest_allocation, 8000U);
  EXPECT_EQ(builder.build().header(), "a=1");
}

/// What a joiner says, and has.
struct Joined {
  ParseError error;
  Baggage baggage;
};
/// The arena may lack some block of memory, or also all behind it.
Joined join(const Baggage& base, Arena& arena, std::string_view key, std::string_view value,
            bool is_list = false) {
  detail::BaggageJoiner joiner(base, many);
  const Baggage more = Baggage::parse(std::string(key) + "=" + std::string(value));
  ParseError error;
  const auto add = [&] {
    error = is_list ? joiner.add(more) : joiner.add(key, [&] { return std::optional(value); });
  };
  EXPECT_EQ(allocations_of(arena, add), 0U);
  return {error, joiner.finish().value()};
}

TEST(BaggageMemoryTest, WithoutMemoryForItsIndexNothingIsJoined) {
  for (const std::size_t count : {256U, 257U}) {
    const Baggage base = Baggage::parse(test::numbered_members(count), many);
    for (const bool is_list : {false, true}) {
      for (const bool for_ever : {false, true}) {
        Arena arena(1, for_ever);
        const Joined joined = join(base, arena, "another", "1", is_list);
        EXPECT_EQ(joined.error, no_memory) << count;
        EXPECT_EQ(joined.baggage, base) << count;
      }
    }
  }
}

TEST(BaggageMemoryTest, IfNothingIsNewTheBaseItselfRemainsWithoutMemory) {
  const Baggage base = Baggage::parse(test::numbered_members(200), many);
  for (const bool is_list : {false, true}) {
    Arena arena(0);
    const Joined joined = join(base, arena, "k7", "w", is_list);
    EXPECT_EQ(joined.error, ParseError());
    EXPECT_EQ(joined.baggage.header().data(), base.header().data());
    EXPECT_EQ(arena.asked(), 0U);
  }
}

TEST(BaggageMemoryTest, WithoutMemoryNoMemberIsJoinedInPart) {
  for (const std::string_view list : {"", "a=1"}) {
    const Baggage base = Baggage::parse(list);
    for (std::size_t size = 240; size < 270; ++size) {
      const std::string value(size, 'v');
      Arena arena(0);
      const Joined joined = join(base, arena, "b", value);
      const Baggage whole = base.set("b", value).value();
      const bool fits = whole.header().size() <= 256;
      EXPECT_EQ(joined.error, fits ? ParseError() : no_memory) << size;
      EXPECT_EQ(joined.baggage, fits ? whole : base) << size;
    }
  }
}

TEST(BaggageMemoryTest, WithoutMemoryForAValueItIsNotJoined) {
  const Baggage base = Baggage::parse("a=1");
  detail::BaggageJoiner joiner(base, {});
  EXPECT_EQ(joiner.add("b", []() -> std::optional<std::string_view> { return {}; }), no_memory);
  EXPECT_EQ(joiner.finish(), base);
}

TEST(BaggageMemoryTest, JoiningMakesRoomOnce) {
  const Baggage base = Baggage::parse("a=1");
  detail::BaggageJoiner joiner(base, {});
  const std::string value(50, 'v');
  Arena arena;
  const auto join_all = [&] {
    for (std::size_t i = 0; i < 100; ++i) {
      EXPECT_FALSE(joiner.add(test::numbered("k", i), [&] { return std::string_view(value); }));
    }
  };
  const MemorySource source(&Arena::take, &arena);
  join_all();
  EXPECT_EQ(arena.asked(), 1U);
}

}  // namespace
}  // namespace baton
