// SPDX-License-Identifier: Apache-2.0
#include "baton/baggage.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/fields.hpp"
#include "support/guard_page.hpp"
#include "support/numbered.hpp"

namespace baton {
namespace {

using namespace std::string_literals;
using test::ExactText;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Baggage parse(std::string_view text) { return Baggage::parse(ExactText(text).view()); }

Pairs members(const Baggage& baggage) {
  Pairs pairs;
  for (const BaggageMember& member : baggage) pairs.emplace_back(member.key(), member.value());
  return pairs;
}

TEST(BaggageTest, EmptyOne) {
  const Baggage baggage;
  EXPECT_TRUE(baggage.empty());
  EXPECT_EQ(baggage.size(), 0U);
  EXPECT_EQ(baggage.header(), "");
  EXPECT_EQ(baggage.begin(), baggage.end());
  EXPECT_FALSE(baggage.find("a"));
  EXPECT_FALSE(baggage.get(""));
  EXPECT_EQ(baggage.erase("a"), baggage);
  EXPECT_EQ(parse(" , ,\t"), baggage);
}

TEST(BaggageTest, FindGivesTheMemberWithItsProperties) {
  const Baggage baggage = parse("a = x%20y ; p = %2C ; q ; r=, b=2");
  const auto member = baggage.find("a");
  ASSERT_TRUE(member);
  EXPECT_EQ(member->key(), "a");
  EXPECT_EQ(member->raw_value(), "x%20y");
  EXPECT_EQ(member->value(), "x y");

  const BaggageMember::Properties properties = member->properties();
  EXPECT_FALSE(properties.empty());
  auto property = properties.begin();
  EXPECT_EQ(property->key(), "p");
  EXPECT_EQ(property->raw_value(), "%2C");
  EXPECT_EQ(property->value(), ",");
  EXPECT_EQ((++property)->key(), "q");
  EXPECT_FALSE(property->raw_value());
  EXPECT_FALSE(property->value());
  EXPECT_EQ((*++property).key(), "r");
  EXPECT_EQ(property->value(), "");
  EXPECT_EQ((property++)->key(), "r");
  EXPECT_EQ(property, properties.end());

  EXPECT_TRUE(baggage.find("b")->properties().empty());
  EXPECT_EQ(baggage.find("b")->properties().begin(), baggage.find("b")->properties().end());
}

TEST(BaggageTest, FindComparesWholeKeys) {
  const Baggage baggage = parse("ab=b=1,abc =2,a\t=3");
  EXPECT_EQ(baggage.get("ab"), "b=1");
  EXPECT_EQ(baggage.get("abc"), "2");
  EXPECT_EQ(baggage.get("a"), "3");
  EXPECT_FALSE(baggage.get("b"));
  EXPECT_FALSE(baggage.get("AB"));
  EXPECT_FALSE(baggage.get(""));
}

TEST(BaggageTest, WhatIsNoKeyIsNotFound) {
  const Baggage baggage = parse("a=b=c,d=4,e =5");
  for (const char* text : {"a=b", "a=b=c,d", "e ", "a=", "=", ",", "a=b=c"}) {
    EXPECT_FALSE(baggage.find(text)) << text;
    EXPECT_EQ(baggage.erase(text).header(), baggage.header()) << text;
    BaggageBuilder builder(baggage);
    EXPECT_FALSE(builder.erase(text)) << text;
    EXPECT_EQ(builder.build().header(), baggage.header()) << text;
  }
}

TEST(BaggageTest, IteratesOverDifferentKeysInOrder) {
  EXPECT_EQ(members(parse("z=1,a=2,m=3")), Pairs({{"z", "1"}, {"a", "2"}, {"m", "3"}}));
  const Baggage twins = parse("a=1,b=2,a=3,c=4,b=5");
  EXPECT_EQ(members(twins), Pairs({{"a", "3"}, {"b", "5"}, {"c", "4"}}));
  EXPECT_EQ(twins.size(), 3U);
  EXPECT_EQ(twins.get("a"), "3");
  EXPECT_EQ(twins.get("b"), "5");
  auto position = twins.begin();
  EXPECT_EQ((position++)->key(), "a");
  EXPECT_EQ(std::next(position, 2), twins.end());
}

TEST(BaggageTest, AnIteratorRemainsAtTheEnd) {
  for (const char* text : {"a=1", "a=1,a=2", "a=1,b=2,a=3"}) {
    const Baggage baggage = parse(text);
    Baggage::const_iterator iterator = baggage.begin();
    for (int i = 0; i < 10; ++i) ++iterator;
    EXPECT_EQ(iterator, baggage.end()) << text;
  }
}

TEST(BaggageTest, HeaderIsWhatArrived) {
  const std::string text = "a=%c3%a9;p=%2c,b=1+1;q;r=";
  EXPECT_EQ(parse(text).header(), text);
}

TEST(BaggageTest, ReportsEachErrorWithItsPlace) {
  std::vector<ParseError> errors;
  const auto on_error = [&](ParseError error) { errors.push_back(error); };
  const Baggage baggage = Baggage::parse("a,b=1,=2,c=\",d=4;,e=5", {}, on_error);
  EXPECT_EQ(baggage.header(), "b=1,e=5");
  const std::vector<ParseError> expected = {{ErrorCode::missing_equals, 1},
                                            {ErrorCode::bad_key, 6},
                                            {ErrorCode::bad_value, 11},
                                            {ErrorCode::bad_property, 17}};
  EXPECT_EQ(errors, expected);
}

TEST(BaggageTest, ManyGapsBetweenGoodMembers) {
  std::string text;
  std::string expected;
  for (std::size_t i = 0; i < 100; ++i) {
    const std::string member = test::numbered("k", i) + "=v";
    text += member + ",bad, ";
    if (i != 0) expected += ',';
    expected += member;
  }
  EXPECT_EQ(parse(text).header(), expected);
}

TEST(BaggageTest, SetReplacesInPlaceOrAppends) {
  const Baggage baggage = parse("a=1;p,b=2,c=3");
  EXPECT_EQ(Baggage().set("a", "1")->header(), "a=1");
  EXPECT_EQ(baggage.set("d", "4")->header(), "a=1;p,b=2,c=3,d=4");
  EXPECT_EQ(baggage.set("a", "9")->header(), "a=9,b=2,c=3");
  EXPECT_EQ(baggage.set("b", "9")->header(), "a=1;p,b=9,c=3");
  EXPECT_EQ(baggage.set("c", "")->header(), "a=1;p,b=2,c=");
  EXPECT_EQ(baggage.header(), "a=1;p,b=2,c=3");
}

TEST(BaggageTest, SetLeavesNoTwin) {
  const Baggage twins = parse("a=1,b=2,a=3,c=4,a=5");
  EXPECT_EQ(twins.set("a", "9")->header(), "a=9,b=2,c=4");
  EXPECT_EQ(twins.set("b", "9")->get("a"), "5");
  EXPECT_EQ(parse("b=2,a=1,a=3").set("a", "9")->header(), "b=2,a=9");
}

TEST(BaggageTest, SetTakesTheKeyLiterally) {
  EXPECT_EQ(parse("a=1").set("a%20b", "1")->header(), "a=1,a%20b=1");
  EXPECT_EQ(parse("ab=1").set("a", "2")->header(), "ab=1,a=2");
}

TEST(BaggageTest, SetRefusesBadKeysAndLimits) {
  const Baggage baggage = parse("a=1,b=2");
  EXPECT_EQ(baggage.set("", "1").error(), ParseError(ErrorCode::bad_key, 0));
  EXPECT_EQ(baggage.set("a b", "1").error(), ParseError(ErrorCode::bad_key, 1));
  constexpr ParseError too_many_bytes(ErrorCode::too_many_bytes, 0);
  EXPECT_EQ(baggage.set("c", "3", {.max_members = 2}).error(),
            ParseError(ErrorCode::too_many_members, 0));
  EXPECT_TRUE(baggage.set("b", "3", {.max_members = 2}));
  EXPECT_EQ(baggage.set("c", "3", {.max_bytes = 10}).error(), too_many_bytes);
  EXPECT_TRUE(baggage.set("c", "3", {.max_bytes = 11}));
  EXPECT_EQ(baggage.set("c", " ", {.max_bytes = 12}).error(), too_many_bytes)
      << "counted as it is sent";
}

TEST(BaggageTest, DefaultLimitsHoldForSet) {
  Baggage baggage;
  for (std::size_t i = 0; i < 180; ++i) baggage = baggage.set(test::numbered("k", i), "v").value();
  EXPECT_EQ(baggage.size(), 180U);
  EXPECT_EQ(baggage.set("k180", "v").error().code, ErrorCode::too_many_members);
  EXPECT_TRUE(baggage.set("k179", "w"));
  EXPECT_TRUE(Baggage().set("a", std::string(8190, 'v')));
  EXPECT_EQ(Baggage().set("a", std::string(8191, 'v')).error().code, ErrorCode::too_many_bytes);
}

TEST(BaggageTest, Erase) {
  const Baggage baggage = parse("a=1,b=2;p,c=3");
  EXPECT_EQ(baggage.erase("a").header(), "b=2;p,c=3");
  EXPECT_EQ(baggage.erase("b").header(), "a=1,c=3");
  EXPECT_EQ(baggage.erase("c").header(), "a=1,b=2;p");
  EXPECT_EQ(baggage.erase("d"), baggage);
  EXPECT_EQ(baggage.erase(""), baggage);
  EXPECT_EQ(parse("a=1,b=2,a=3").erase("a").header(), "b=2");
  EXPECT_TRUE(parse("a=1,a=3").erase("a").empty());
}

TEST(BaggageTest, EraseOfATwinLeavesOtherTwinsReadable) {
  const Baggage baggage = parse("a=1,b=2,a=3,b=4").erase("a");
  EXPECT_EQ(baggage.size(), 1U);
  EXPECT_EQ(baggage.get("b"), "4");
}

TEST(BaggageTest, HeaderWithinLimitsIsWholeMembers) {
  const Baggage baggage = parse("a=1,bb=22;p=1,c=3");
  EXPECT_EQ(baggage.header({}), baggage.header());
  EXPECT_EQ(baggage.header({.max_members = 2}), "a=1,bb=22;p=1");
  EXPECT_EQ(baggage.header({.max_members = 0}), "");
  for (std::size_t limit = 0; limit < baggage.header().size() + 2; ++limit) {
    const std::string_view text = baggage.header({.max_bytes = limit});
    const std::size_t expected = limit >= 17 ? 17 : limit >= 13 ? 13 : limit >= 3 ? 3 : 0;
    EXPECT_EQ(text, baggage.header().substr(0, expected)) << limit;
  }
}

TEST(BaggageTest, HeaderCountsMembersOfTheLeastSize) {
  const std::string_view text = "a=,b=,c=,d=";
  for (std::size_t members = 0; members < 6; ++members) {
    EXPECT_EQ(parse(text).header({.max_members = members}),
              text.substr(0, members == 0 ? 0 : 3 * members - 1));
  }
}

TEST(BaggageBuilderTest, TheOnlyMemberMayGrowToTheLimit) {
  for (const std::size_t limit : {5U, 6U}) {
    BaggageBuilder builder(parse("a=1"), {.max_bytes = limit});
    EXPECT_EQ(builder.set("a", "1234").has_value(), limit == 6);
    EXPECT_TRUE(builder.set("a", "123"));
    EXPECT_TRUE(builder.erase("a"));
    EXPECT_EQ(builder.set("b", "1234").has_value(), limit == 6);
  }
}

TEST(BaggageBuilderTest, SetsSeveralAtOnce) {
  BaggageBuilder builder(parse("a=1"));
  ASSERT_TRUE(builder.set("b", "x,y", {{"ttl", "60"}, {"internal", std::nullopt}, {"e", ""}}));
  ASSERT_TRUE(builder.set("a", "2"));
  EXPECT_TRUE(builder.erase("a"));
  EXPECT_FALSE(builder.erase("a"));
  EXPECT_FALSE(builder.erase(""));
  ASSERT_TRUE(builder.set("c", "3"));
  EXPECT_EQ(builder.build().header(), "b=x%2Cy;ttl=60;internal;e=,c=3");
  EXPECT_TRUE(BaggageBuilder().build().empty());
}

// What was replaced takes memory until there is more of that than of the rest.
TEST(BaggageBuilderTest, ManyChangesLeaveTheLastOnes) {
  BaggageBuilder builder(parse("a=1;p,b=2,c=3"), {.max_members = 4, .max_bytes = 100});
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_TRUE(builder.set("c", test::numbered("", i)));
  ASSERT_TRUE(builder.set("c", "3"));
  for (std::size_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(builder.set("b", test::numbered("value", i)));
    ASSERT_TRUE(builder.set("d", "4"));
    ASSERT_TRUE(builder.erase("d"));
  }
  EXPECT_EQ(builder.build().header(), "a=1;p,b=value999,c=3");
  ASSERT_TRUE(builder.set("d", "4"));
  EXPECT_EQ(builder.set("e", "5").error().code, ErrorCode::too_many_members);
  EXPECT_EQ(builder.set("a", std::string(100, 'x')).error().code, ErrorCode::too_many_bytes);
  EXPECT_EQ(builder.build().header(), "a=1;p,b=value999,c=3,d=4");
}

TEST(BaggageBuilderTest, AnErrorLeavesAllAsItWas) {
  BaggageBuilder builder(parse("a=1"), {.max_members = 2, .max_bytes = 20});
  EXPECT_EQ(builder.set("a b", "x").error(), ParseError(ErrorCode::bad_key, 1));
  EXPECT_EQ(builder.set("a", "x", {{"p", "1"}, {"q\"", "1"}}).error(),
            ParseError(ErrorCode::bad_property, 1));
  EXPECT_EQ(builder.set("a", "x", {{"", "1"}}).error(), ParseError(ErrorCode::bad_property, 0));
  EXPECT_EQ(builder.set("a", std::string(30, 'x')).error().code, ErrorCode::too_many_bytes);
  EXPECT_EQ(builder.build().header(), "a=1");
  ASSERT_TRUE(builder.set("b", "2"));
  EXPECT_EQ(builder.set("c", "3").error().code, ErrorCode::too_many_members);
  EXPECT_EQ(builder.build().header(), "a=1,b=2");
}

// For any arguments, the API writes one member, which reads as those arguments.
TEST(BaggageBuilderTest, NothingButOneMemberLeavesThroughValueKeyOrProperty) {
  const Baggage base = parse("first=1");
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string text = {'x', c, 'y'};
    const std::string value = text + "\r\nSet-Cookie: a=b,evil=1;q\0"s;

    const auto expect_one_more_member = [&](const BaggageBuilder& builder) {
      const Baggage baggage = builder.build();
      EXPECT_EQ(baggage.size(), 2U) << byte;
      EXPECT_EQ(baggage.get("first"), "1") << byte;
      EXPECT_FALSE(baggage.find("evil")) << byte;
      for (const char out : baggage.header()) EXPECT_TRUE(out > 0x20 && out < 0x7f) << byte;
      EXPECT_EQ(parse(baggage.header()), baggage) << byte;
      return baggage;
    };

    BaggageBuilder by_value(base);
    ASSERT_TRUE(by_value.set("k", value)) << byte;
    const Baggage baggage = expect_one_more_member(by_value);
    if (byte < 0x80) {
      EXPECT_EQ(baggage.get("k"), value);
    }

    BaggageBuilder by_property(base);
    ASSERT_TRUE(by_property.set("k", "", {{"p", value}})) << byte;
    const Baggage with_property = expect_one_more_member(by_property);
    if (byte < 0x80) {
      EXPECT_EQ(with_property.find("k")->properties().begin()->value(), value);
    }

    constexpr std::string_view token_punctuation = "!#$%&'*+-.^_`|~";
    const bool is_token = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') ||
                          token_punctuation.find(c) != std::string_view::npos;
    BaggageBuilder by_key(base);
    EXPECT_EQ(by_key.set(text, "1").has_value(), is_token) << byte;
    if (is_token) expect_one_more_member(by_key);
    BaggageBuilder by_property_key(base);
    EXPECT_EQ(by_property_key.set("k", "", {{text, "1"}}).has_value(), is_token) << byte;
    if (is_token) expect_one_more_member(by_property_key);
  }
}

TEST(BaggageTest, CopiesShareOneText) {
  Baggage copy;
  {
    const Baggage baggage = parse("a=1,b=2");
    copy = baggage;
    EXPECT_EQ(copy.header().data(), baggage.header().data());
  }
  EXPECT_EQ(copy.get("b"), "2");
}

TEST(BaggageTest, KeepsNothingOfTheTextItWasReadFrom) {
  std::string text = "a=1,b=2";
  const Baggage baggage = Baggage::parse(text);
  text.assign(text.size(), 'x');
  EXPECT_EQ(baggage.header(), "a=1,b=2");
}

TEST(BaggageTest, WhatIsOverALimitMayChangeButNotGrow) {
  const BaggageLimits none{.max_members = 0, .max_bytes = 8192};
  EXPECT_EQ(Baggage().set("a", "1", none).error().code, ErrorCode::too_many_members);
  const Baggage full = Baggage::parse("a=1,b=2");
  const BaggageLimits one{.max_members = 1, .max_bytes = 7};
  EXPECT_EQ(full.set("a", "3", one)->header(), "a=3,b=2");
  EXPECT_EQ(full.set("c", "3", one).error().code, ErrorCode::too_many_bytes);
  EXPECT_EQ(full.set("a", "33", one).error().code, ErrorCode::too_many_bytes);
  EXPECT_EQ(full.set("c", "", {.max_members = 1, .max_bytes = 99}).error().code,
            ErrorCode::too_many_members);
}

TEST(BaggageTest, BlanksBehindTheLastMemberThatFitsCostNothing) {
  std::string member(8192, 'v');
  member.replace(0, 2, "a=");
  for (const std::string rest : {"", " ", " \t  ", ",", " ,b=2", "\t,"}) {
    EXPECT_EQ(Baggage::parse(member + rest).header(), member) << rest;
  }
  for (const std::string rest : {"v", ";p", " ;p", " x", "\\"}) {
    EXPECT_TRUE(Baggage::parse(member + rest).empty()) << rest;
  }
}

TEST(BaggageTest, WhatIsFarBeyondTheLimitIsNotLookedAt) {
  const auto expect_kept = [](const std::string& text, const BaggageLimits& limits,
                              std::string_view kept) {
    const test::TextBeforeGuardPage seen(text);
    EXPECT_EQ(Baggage::parse(seen.view(std::size_t{1} << 30U), limits).header(), kept) << text;
  };
  expect_kept(std::string(11, ','), {180, 10}, "");
  expect_kept(std::string(11, ' '), {180, 10}, "");
  expect_kept("a=1,,      ", {180, 10}, "a=1");
  expect_kept("a=123456789", {180, 10}, "");
  expect_kept(std::string("a=1").append(18, ' '), {180, 10}, "");
}

}  // namespace
}  // namespace baton
