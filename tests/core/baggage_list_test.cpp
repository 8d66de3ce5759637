// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baggage.hpp"
#include "core/baggage_joiner.hpp"
#include "core/baggage_parser.hpp"
#include "core/stored_baggage.hpp"

namespace baton {
namespace {

using enum ErrorCode;

TEST(BaggageParserTest, ReadsUpToTheFirstMemberOverALimit) {
  struct Row {
    BaggageLimits limits;
    std::string_view field;
    std::string_view kept;
    ParseError error;
  };
  for (const Row& row : {
           Row{{2, 7}, "a=1,b=2", "a=1,b=2", {}},
           Row{{2, 7}, "a=1,b=2 ", "a=1,b=2", {}},
           Row{{2, 6}, "a=1,b=2", "a=1", {too_many_bytes, 4}},
           Row{{2, 6}, "a=1,bbbbb", "a=1", {too_many_bytes, 4}},
           Row{{2, 10}, "a=1,,,,,,,,,,b=2", "a=1", {too_many_bytes, 10}},
           Row{{1, 7}, "a=1,b=2", "a=1", {too_many_members, 4}},
           Row{{1, 4}, "a=1,b=2", "a=1", {too_many_bytes, 4}},
           Row{{0, 7}, "a=1,b=2", "", {too_many_members, 0}},
       }) {
    std::vector<ParseError> errors;
    const auto on_error = [&](ParseError error) { errors.push_back(error); };
    detail::BaggageParser parser(row.limits, on_error);
    EXPECT_EQ(parser.feed(row.field), row.error == ParseError()) << row.field;
    EXPECT_EQ(parser.finish().header(), row.kept) << row.field;
    EXPECT_EQ(errors, row.error ? std::vector{row.error} : std::vector<ParseError>()) << row.field;
  }
}

TEST(BaggageJoinerTest, AddsOneMemberWithinTheLimits) {
  struct Row {
    BaggageLimits limits;
    std::string_view base;
    std::string_view key;
    std::string_view value;
    ParseError error;
    std::string_view joined;
  };
  for (const Row& row : {
           Row{{1, 3}, "", "k", "v", {}, "k=v"},
           Row{{9, 2}, "", "k", "v", {too_many_bytes, 0}, ""},
           Row{{9, 7}, "a=1", "k", "v", {}, "a=1,k=v"},
           Row{{9, 6}, "a=1", "k", "v", {too_many_bytes, 0}, "a=1"},
           Row{{9, 8}, "", "k", "\xc3\xa9", {}, "k=%C3%A9"},
           Row{{9, 7}, "", "k", "\xc3\xa9", {too_many_bytes, 0}, ""},
           Row{{9, 7}, "", "k", "more than 7", {too_many_bytes, 0}, ""},
           Row{{2, 9}, "a=1", "k", "v", {}, "a=1,k=v"},
           Row{{1, 9}, "a=1", "k", "v", {too_many_members, 0}, "a=1"},
           Row{{1, 9}, "a=1", "a", "v", {}, "a=1"},
           Row{{9, 9}, "a=1", "k=", "v", {bad_key, 1}, "a=1"},
           Row{{9, 9}, "a=1", "", "v", {bad_key, 0}, "a=1"},
       }) {
    const Baggage base = Baggage::parse(row.base);
    detail::BaggageJoiner joiner(base, row.limits);
    bool is_asked = false;
    const auto get_value = [&] {
      is_asked = true;
      return std::optional(row.value);
    };
    EXPECT_EQ(joiner.add(row.key, get_value), row.error) << row.key << row.value;
    EXPECT_EQ(joiner.finish()->header(), row.joined);
    EXPECT_EQ(is_asked, row.joined != row.base || row.error.code == too_many_bytes)
        << "the value may be dear";
  }
}

TEST(BaggageJoinerTest, KeepsToWhatBaggageCanHold) {
  const Baggage base;
  detail::BaggageJoiner joiner(base, {.max_bytes = std::numeric_limits<std::size_t>::max()});
  const std::string_view value("of which no byte is read", detail::max_stored_bytes + 1);
  EXPECT_EQ(joiner.add("k", [&] { return std::optional(value); }), ParseError(too_many_bytes, 0));
  EXPECT_TRUE(joiner.finish()->empty());
}

TEST(BaggageJoinerTest, AddsAListUpToTheLimits) {
  struct Row {
    BaggageLimits limits;
    std::string_view more;
    ParseError error;
    std::string_view joined;
  };
  for (const Row& row : {
           Row{{9, 99}, "a=2,b=22;p=1;q,c=3", {}, "a=1,b=22;p=1;q,c=3"},
           Row{{9, 14}, "b=22;p=1;q,c=3", {too_many_bytes, 0}, "a=1,b=22;p=1;q"},
           Row{{9, 13}, "b=22;p=1;q,c=3", {too_many_bytes, 0}, "a=1"},
           Row{{9, 9}, "bb=22,c=3", {too_many_bytes, 0}, "a=1,bb=22"},
           Row{{9, 8}, "bb=22,c=3", {too_many_bytes, 0}, "a=1"},
           Row{{2, 99}, "b=2,c=3", {too_many_members, 0}, "a=1,b=2"},
           Row{{1, 99}, "b=2,c=3", {too_many_members, 0}, "a=1"},
           Row{{0, 99}, "a=2", {}, "a=1"},
       }) {
    const Baggage base = Baggage::parse("a=1");
    detail::BaggageJoiner joiner(base, row.limits);
    EXPECT_EQ(joiner.add(Baggage::parse(row.more)), row.error) << row.more;
    EXPECT_EQ(joiner.finish()->header(), row.joined);
  }
}

}  // namespace
}  // namespace baton
