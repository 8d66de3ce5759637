// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/baggage_laws.hpp"

namespace {

using baton::testing::Draw;
using baton::testing::drawn;

std::vector<std::string> nearly_valid(Draw& draw, std::size_t most) {
  std::vector<std::string> list = draw.instances(draw.baggage_members(most));
  for (std::string& text : list) {
    if (draw.one_in(6)) text = draw.damaged(text);
  }
  return list;
}

RC_GTEST_PROP(BaggageLaws, HoldForListsThatAreNearlyValid, ()) {
  laws::check_baggage(*drawn([](Draw& draw) { return nearly_valid(draw, 8); }).as("instances"));
}

RC_GTEST_PROP(BaggageLaws, HoldForAnyBytes, (const std::vector<std::string>& instances)) {
  laws::check_baggage(instances);
}

RC_GTEST_PROP(BaggageLaws, HoldUnderAnyLimits, ()) {
  const auto instances = *drawn([](Draw& draw) { return nearly_valid(draw, 8); }).as("instances");
  const auto members = *drawn([](Draw& draw) { return draw.number(0, 8); }).as("max_members");
  const auto bytes = *drawn([](Draw& draw) { return draw.number(0, 120); }).as("max_bytes");
  laws::check_baggage(instances, {members, bytes});
}

RC_GTEST_PROP(BaggageLaws, HoldAroundTheDefaultLimits, ()) {
  laws::check_baggage(*drawn([](Draw& draw) {
                         std::vector<std::string> members(draw.number(176, 184));
                         for (std::string& text : members) {
                           text = draw.text_of("abcdefghijklmnopqrstuvwxyz", draw.number(1, 4)) +
                                  "=" + draw.text_of("xy%4", draw.number(0, 72));
                           if (draw.one_in(60)) text = draw.damaged(text);
                         }
                         return draw.instances(members);
                       }).as("instances"));
}

// So many members that the index of keys needs its table, and more than fit inside it.
RC_GTEST_PROP(BaggageLaws, HoldForLongListsThatRepeatKeys, ()) {
  const auto members = *drawn([](Draw& draw) {
                          std::vector<std::string> list(draw.number(0, draw.one_in(4) ? 600 : 40));
                          const std::size_t keys = draw.number(1, 2 * list.size() + 1);
                          for (std::string& text : list) {
                            text = "key-" + std::to_string(draw.number(1, keys)) + "=" +
                                   std::to_string(draw.number(0, 99));
                          }
                          return list;
                        }).as("members");
  const baton::BaggageLimits wide{1000, 1000000};
  laws::check_baggage({oracle::join(members, ",")}, wide);

  const baton::Baggage baggage = laws::extract_baggage(members, wide);
  baton::BaggageBuilder builder(baggage, wide);
  baton::Baggage expected = baggage;
  for (std::size_t i = 0; i < members.size(); i += 7) {
    const std::string key = members[i].substr(0, members[i].find('='));
    RC_ASSERT(builder.erase(key) == expected.find(key).has_value());
    expected = expected.erase(key);
    if (i % 2 == 0) {
      RC_ASSERT(builder.set(key, "again").has_value());
      expected = expected.set(key, "again", wide).value();
    }
  }
  RC_ASSERT(builder.build().header() == expected.header());
}

RC_GTEST_PROP(BaggageLaws, ChangesTakeAnyBytesAsValues, ()) {
  const baton::BaggageLimits limits;
  const baton::Baggage baggage = laws::extract_baggage(
      *drawn([](Draw& draw) { return nearly_valid(draw, 6); }).as("instances"), limits);
  const auto key = *baton::testing::nearly([](Draw& draw) { return draw.baggage_key(); }).as("key");
  const auto property =
      *baton::testing::nearly([](Draw& draw) { return draw.baggage_key(); }).as("property key");
  const auto [value, property_value] =
      *drawn([](Draw& draw) {
         return std::pair(draw.one_in(2) ? draw.bytes(20) : draw.utf8(8), draw.bytes(9));
       }).as("values");
  laws::check_baggage_change(baggage, key, value, property, property_value, limits);
}

RC_GTEST_PROP(BaggageLaws, ChangesOfMembersThatAreThereKeepThePlace, ()) {
  const baton::BaggageLimits limits;
  const baton::Baggage baggage = laws::extract_baggage(
      *drawn([](Draw& draw) { return nearly_valid(draw, 8); }).as("instances"), limits);
  for (const oracle::Member& member : laws::members_of(baggage)) {
    laws::check_baggage_change(baggage, member.key, "new, value", "p", "q;r", limits);
  }
}

RC_GTEST_PROP(BaggageLaws, NoSequenceOfChangesLeavesTheLimits, ()) {
  const auto values = *drawn([](Draw& draw) {
                         std::vector<std::string> list(draw.number(0, 40));
                         for (std::string& value : list)
                           value = draw.bytes(draw.one_in(6) ? 60 : 6);
                         return list;
                       }).as("values");
  const baton::BaggageLimits limits{6, 150};
  baton::BaggageBuilder builder({}, limits);
  for (const std::string& value : values) {
    const std::string key(1, static_cast<char>('a' + value.size() % 10));
    const baton::Baggage before = builder.build();
    laws::check_baggage_change(before, key, value, "p", value, limits);
    if (value.size() % 4 == 3) {
      RC_ASSERT(builder.erase(key) == before.find(key).has_value());
      RC_ASSERT(builder.build().header() == before.erase(key).header());
    } else {
      const auto single = before.set(key, value, limits);
      RC_ASSERT(builder.set(key, value).has_value() == single.has_value());
      RC_ASSERT(builder.build().header() == single.value_or(before).header());
    }
    laws::check_baggage_text(builder.build(), limits);
  }
}

RC_GTEST_PROP(BaggageLaws, WhatIsJoinedReadsAsItself, ()) {
  const auto instances = *drawn([](Draw& draw) { return nearly_valid(draw, 6); }).as("instances");
  const auto more = *drawn([](Draw& draw) { return nearly_valid(draw, 6); }).as("more");
  const baton::BaggageLimits limits;
  const baton::Baggage base = laws::extract_baggage(instances, limits);
  baton::Context context;
  context.set_baggage(base);
  baton::BaggagePropagator(limits).extract(laws::baggage_fields(more), context);
  laws::check_baggage_text(context.baggage(), limits);
  RC_ASSERT(context.baggage().header().starts_with(base.header()));
}

RC_GTEST_PROP(BaggageLaws, Utf8ComesBackAsItWentIn, ()) {
  const auto value = *drawn([](Draw& draw) { return draw.utf8(30); }).as("value");
  const baton::Baggage set = baton::Baggage().set("key", value).value();
  RC_ASSERT(set.get("key") == value);
  baton::Context context;
  context.set_baggage(set);
  oracle::Fields sent;
  baton::BaggagePropagator().inject(context, sent);
  baton::Context back;
  baton::BaggagePropagator().extract(sent, back);
  RC_ASSERT(back.baggage().get("key") == value);
}

RC_GTEST_PROP(BaggageLaws, ABadMemberTakesNoOtherWithIt, ()) {
  const auto members = *drawn([](Draw& draw) { return draw.baggage_members(8); }).as("members");
  const auto bad = *drawn([](Draw& draw) -> std::string {
                      static const std::vector<std::string> ends = {
                          ";", ";;x", " x", "\"", ";=1", ";p=\\", std::string(1, '\0'), "\r\n"};
                      if (draw.one_in(4)) return draw.baggage_key();
                      return "bad=1" + ends[draw.number(0, ends.size() - 1)] + "x;";
                    }).as("bad");
  const auto place = *drawn([](Draw& draw) { return draw.number(0, 8); }).as("place");
  laws::check_baggage_bad_member(members, bad, place);
}

}  // namespace
