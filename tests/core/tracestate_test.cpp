// SPDX-License-Identifier: Apache-2.0
#include "baton/tracestate.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "baton/detail/memory_source.hpp"
#include "core/tracestate_parser.hpp"
#include "support/fields.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

using test::ExactText;
using test::numbered_members;

TraceState parse(std::string_view text) {
  return TraceState::parse(ExactText(text).view()).value();
}

TEST(TraceStateTest, EmptyOne) {
  const TraceState state;
  EXPECT_TRUE(state.empty());
  EXPECT_EQ(state.size(), 0U);
  EXPECT_EQ(state.header(), "");
  EXPECT_EQ(state.header(100), "");
  EXPECT_EQ(state.begin(), state.end());
  EXPECT_FALSE(state.get("a"));
  EXPECT_EQ(state.erase("a"), state);
  EXPECT_EQ(state, parse(" ,, "));
}

TEST(TraceStateTest, Get) {
  const TraceState state = parse("rojo=00f067aa0ba902b7,congo= t61,ro=1");
  EXPECT_EQ(state.get("rojo"), "00f067aa0ba902b7");
  EXPECT_EQ(state.get("congo"), " t61");
  EXPECT_EQ(state.get("ro"), "1");
  EXPECT_FALSE(state.get("r"));
  EXPECT_FALSE(state.get("rojo2"));
  EXPECT_FALSE(state.get(""));
  EXPECT_FALSE(state.get("congo= t61,ro"));
  EXPECT_FALSE(state.get("ROJO"));
}

TEST(TraceStateTest, IteratesInOrder) {
  const TraceState state = parse("z=1, a=2,,m=3");
  std::vector<std::pair<std::string, std::string>> members;
  for (const TraceState::Member& member : state) members.emplace_back(member.key, member.value);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"z", "1"}, {"a", "2"}, {"m", "3"}};
  EXPECT_EQ(members, expected);
  EXPECT_EQ(state.size(), 3U);

  auto position = state.begin();
  EXPECT_EQ((position++)->key, "z");
  EXPECT_EQ(position->key, "a");
  EXPECT_EQ(std::next(position, 2), state.end());
}

TEST(TraceStateTest, SetPutsANewMemberInFront) {
  EXPECT_EQ(TraceState().set("a", "1")->header(), "a=1");
  EXPECT_EQ(parse("b=2,c=3").set("a", "1")->header(), "a=1,b=2,c=3");
}

TEST(TraceStateTest, SetMovesAChangedMemberToTheFrontAndLeavesNoTwin) {
  EXPECT_EQ(parse("a=1,b=2,c=3").set("a", "9")->header(), "a=9,b=2,c=3");
  EXPECT_EQ(parse("a=1,b=2,c=3").set("b", "9")->header(), "b=9,a=1,c=3");
  EXPECT_EQ(parse("a=1,b=2,c=3").set("c", "9")->header(), "c=9,a=1,b=2");
}

TEST(TraceStateTest, SetLeavesTheOriginalAlone) {
  const TraceState before = parse("a=1,b=2");
  const TraceState after = before.set("b", "3").value();
  EXPECT_EQ(before.header(), "a=1,b=2");
  EXPECT_EQ(after.header(), "b=3,a=1");
}

TEST(TraceStateTest, SetBeyond32DropsTheLast) {
  const TraceState full = parse(numbered_members(32));
  const TraceState state = full.set("new", "1").value();
  EXPECT_EQ(state.size(), 32U);
  EXPECT_EQ(state.header(), std::string("new=1,").append(numbered_members(31)));
  EXPECT_FALSE(state.get("k31"));
}

TEST(TraceStateTest, SetOfAKnownKeyAt32DropsNone) {
  const TraceState full = parse(numbered_members(32));
  for (const char* key : {"k0", "k15", "k31"}) {
    const TraceState state = full.set(key, "new").value();
    EXPECT_EQ(state.size(), 32U) << key;
    EXPECT_EQ(state.get(key), "new");
    EXPECT_EQ(state.begin()->key, key);
    for (std::size_t i = 0; i < 32; ++i) EXPECT_TRUE(state.get(test::numbered("k", i))) << key;
  }
}

TEST(TraceStateTest, SetAt31KeepsAll) {
  EXPECT_EQ(parse(numbered_members(31)).set("new", "1")->header(),
            std::string("new=1,").append(numbered_members(31)));
}

TEST(TraceStateTest, SetRefusesBadKeys) {
  const TraceState state = parse("a=1");
  const auto error = [&](const std::string& key) { return state.set(key, "v").error(); };
  EXPECT_EQ(error(""), ParseError(ErrorCode::bad_key, 0));
  EXPECT_EQ(error("_a"), ParseError(ErrorCode::bad_key, 0));
  EXPECT_EQ(error("aB"), ParseError(ErrorCode::bad_key, 1));
  EXPECT_EQ(error("a=b"), ParseError(ErrorCode::bad_key, 1));
  EXPECT_EQ(error(std::string(257, 'a')), ParseError(ErrorCode::key_too_long, 256));
  EXPECT_TRUE(state.set(std::string(256, 'a'), "v"));
}

TEST(TraceStateTest, SetRefusesBadValues) {
  const TraceState state = parse("a=1");
  const auto error = [&](const std::string& value) { return state.set("k", value).error(); };
  EXPECT_EQ(error(""), ParseError(ErrorCode::empty_value, 0));
  EXPECT_EQ(error("a "), ParseError(ErrorCode::bad_value, 1));
  EXPECT_EQ(error(" "), ParseError(ErrorCode::bad_value, 0));
  EXPECT_EQ(error("a,b"), ParseError(ErrorCode::bad_value, 1));
  EXPECT_EQ(error("a\r\nX: y"), ParseError(ErrorCode::bad_value, 1));
  EXPECT_EQ(error(std::string(257, 'a')), ParseError(ErrorCode::value_too_long, 256));
  EXPECT_TRUE(state.set("k", std::string(256, 'a')));
  EXPECT_EQ(state.set("k", " a")->get("k"), " a");
}

// A member that `set` accepts must be read as one member.
TEST(TraceStateTest, NothingButOneMemberLeavesThroughSet) {
  const TraceState state = parse("a=1");
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    for (const std::string& text :
         {std::string{c}, std::string{'x', c}, std::string{'x', c, 'y'}}) {
      for (const auto& result : {state.set(text, "v"), state.set("k", text)}) {
        if (!result) continue;
        EXPECT_EQ(result->header().find_first_of(std::string_view("\r\n\0\t", 4)),
                  std::string_view::npos)
            << byte;
        EXPECT_EQ(result->size(), text == "a" && result->get("a") == "v" ? 1U : 2U) << byte;
        EXPECT_EQ(TraceState::parse(result->header()), *result) << byte;
      }
      const bool key_is_good = state.set(text, "v").has_value();
      EXPECT_EQ(TraceState::parse(text + "=v").has_value() &&
                    text.find_first_of(" \t,") == std::string::npos,
                key_is_good)
          << byte;
    }
  }
}

TEST(TraceStateTest, Erase) {
  const TraceState state = parse("a=1,b=2,c=3");
  EXPECT_EQ(state.erase("a").header(), "b=2,c=3");
  EXPECT_EQ(state.erase("b").header(), "a=1,c=3");
  EXPECT_EQ(state.erase("c").header(), "a=1,b=2");
  EXPECT_EQ(state.erase("d").header(), "a=1,b=2,c=3");
  EXPECT_EQ(state.erase("").header(), "a=1,b=2,c=3");
  EXPECT_EQ(state.erase("a=1,b").header(), "a=1,b=2,c=3");
  EXPECT_TRUE(parse("a=1").erase("a").empty());
  EXPECT_EQ(state.erase("a").erase("b").erase("c"), TraceState());
}

TEST(TraceStateTest, HeaderWithinEveryLimitIsWholeMembers) {
  const TraceState state =
      parse("a=1,bb=22," + std::string("long=") + std::string(150, 'x') + ",ccc=333");
  for (std::size_t limit = 0; limit < state.header().size() + 2; ++limit) {
    const std::string text = state.header(limit);
    EXPECT_LE(text.size(), limit);
    const TraceState kept = parse(text);
    EXPECT_EQ(kept.header(), text) << limit;
    EXPECT_EQ(kept.get("long").has_value(), limit >= state.header().size()) << limit;
    const std::size_t expected = limit >= state.header().size() ? 4
                                 : limit >= 17                  ? 3
                                 : limit >= 9                   ? 2
                                 : limit >= 3                   ? 1
                                                                : 0;
    EXPECT_EQ(kept.size(), expected) << limit;
  }
}

TEST(TraceStateTest, OnlyMembersOfMoreThan128BytesAreDroppedFirst) {
  for (const std::size_t size : {128U, 129U}) {
    const std::string large = "large=" + std::string(size - 6, 'x');
    const TraceState state = parse(large + ",a=1");
    EXPECT_EQ(state.header(state.header().size() - 1), size > 128 ? "a=1" : large);
  }
}

TEST(TraceStateTest, HeaderWithinALimitOf32Members) {
  const std::string all = numbered_members(32);
  EXPECT_EQ(parse(all).header(all.size()), all);
  EXPECT_EQ(parse(all).header(all.size() - 1), numbered_members(31));
}

// The parser knows most different keys by their ends.
TEST(TraceStateTest, KeysThatDifferInTheMiddleAreDifferent) {
  const std::string text = "01234567a01234567=1,01234567b01234567=2,01234567a0123456=3";
  EXPECT_EQ(parse(text).header(), text);
  EXPECT_EQ(parse(text + ",01234567b01234567=4").header(), text);
}

TEST(TraceStateTest, ALongMemberHasItsKeyAndNoBlanksAtItsEnds) {
  const std::string value(200, 'x');
  const std::string key(TraceState::max_key_size, 'k');
  const std::string longest(TraceState::max_value_size, 'v');
  for (const std::string_view blank : {"", " "}) {
    const auto read = [blank](const std::string& text) {
      return std::string(parse(std::string(blank).append(text)).header());
    };
    EXPECT_EQ(read("a=" + value + ",a=2,b=3"), "a=" + value + ",b=3");
    EXPECT_EQ(read("a=1 ,b=2 "), "a=1,b=2");
    EXPECT_EQ(read(key + "=" + longest), key + "=" + longest);
  }
}

// What lies between the fields does not belong to them.
TEST(TraceStateTest, FieldsAreJoinedByCommasAndTheirOffsetsCountFromTheFirst) {
  constexpr std::string_view memory("a=1\0b=2\0\0,c=3 , \0 ,\0d=4,e", 25);
  detail::TraceStateParser parser;
  using Extent = std::pair<std::size_t, std::size_t>;
  for (const auto& [begin, size] : {Extent(0, 3), Extent(4, 3), Extent(9, 7), Extent(17, 2)}) {
    EXPECT_TRUE(parser.feed(memory.substr(begin, size)));
  }
  detail::TraceStateParser all = parser;
  EXPECT_EQ(all.finish().header(), "a=1,b=2,c=3");
  EXPECT_FALSE(parser.feed(memory.substr(20, 5)));
  EXPECT_FALSE(parser.feed("f=1"));
  EXPECT_EQ(parser.error(), ParseError(ErrorCode::missing_equals, 24));
}

TEST(TraceStateTest, WithoutMemoryThereIsNone) {
  const TraceState state = parse("a=1,b=2");
  const detail::MemorySource none([](void*, std::size_t) noexcept -> void* { return nullptr; },
                                  nullptr);
  const ParseError error(ErrorCode::out_of_memory, 0);
  EXPECT_EQ(TraceState::parse("a=1").error(), error);
  EXPECT_EQ(state.set("c", "3").error(), error);
  EXPECT_TRUE(state.erase("a").empty());
}

TEST(TraceStateTest, CopiesShareOneText) {
  TraceState copy;
  {
    const TraceState state = parse("a=1,b=2");
    copy = state;
    EXPECT_EQ(copy.header().data(), state.header().data());
  }
  EXPECT_EQ(copy.header(), "a=1,b=2");
  const TraceState moved = std::move(copy);
  EXPECT_EQ(moved.header(), "a=1,b=2");
  EXPECT_TRUE(copy.empty());
}

TEST(TraceStateTest, EqualWhereTheHeadersAre) {
  EXPECT_EQ(parse("a=1,b=2"), parse(" a=1,, b=2"));
  EXPECT_NE(parse("a=1,b=2"), parse("b=2,a=1"));
}

TEST(TraceStateTest, NothingBehindTheTextIsRead) {
  EXPECT_TRUE(parse("").empty());
  for (const std::size_t size : {1, 60, 61, 62, 125, 126}) {  // the comma ends or begins a window
    const std::string member = "a=" + std::string(size, 'x');
    EXPECT_EQ(parse(member + ',').header(), member);
  }
}

TEST(TraceStateTest, KeepsNothingOfTheTextItWasReadFrom) {
  std::string text = "a=1,b=2";
  const TraceState state = TraceState::parse(text).value();
  text.assign(text.size(), 'x');
  EXPECT_EQ(state.header(), "a=1,b=2");
}

}  // namespace
}  // namespace baton
