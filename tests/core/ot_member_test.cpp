// SPDX-License-Identifier: Apache-2.0
#include "core/ot_member.hpp"

#include <gtest/gtest.h>

#include <string>

namespace baton::detail {
namespace {

TraceState state_of(std::string_view text) { return TraceState::parse(text).value(); }

OtMember read(std::string_view member) {
  return read_ot_member(state_of("a=1,ot=" + std::string(member) + ",z=2"));
}

std::string with(std::string_view state, std::optional<std::uint64_t> threshold) {
  return std::string(
      with_threshold(state.empty() ? TraceState() : state_of(state), threshold).header());
}

constexpr std::uint64_t half = 0x80000000000000;

TEST(OtMemberTest, ReadsBothKeysAtAnyPlace) {
  for (const char* member :
       {"th:8;rv:6e6d1a75832a2f", "rv:6e6d1a75832a2f;th:8",
        "p:8;th:80000000000000;r:62;rv:6e6d1a75832a2f;k:", ";;th:8;:;rv:6e6d1a75832a2f"}) {
    EXPECT_EQ(read(member).threshold, half) << member;
    EXPECT_EQ(read(member).randomness, 0x6e6d1a75832a2f) << member;
  }
}

TEST(OtMemberTest, AThresholdHasOneTo14Digits) {
  EXPECT_EQ(read("th:0").threshold, 0U);
  EXPECT_EQ(read("th:c").threshold, 0xc0000000000000U);
  EXPECT_EQ(read("th:ffffffffffffff").threshold, 0xffffffffffffffU);
  EXPECT_EQ(read("th:00000000000001").threshold, 1U);
  for (const char* bad : {"th:", "th", "th:000000000000000", "th:C", "th:g", "th: 8", "th:8 8",
                          "th:-1", "th:0x8", "TH:8", "th :8", "xth:8", "th8", "th;8"}) {
    EXPECT_FALSE(read(bad).threshold) << bad;
  }
}

TEST(OtMemberTest, RandomnessHasExactly14Digits) {
  EXPECT_EQ(read("rv:00000000000000").randomness, 0U);
  EXPECT_EQ(read("rv:ffffffffffffff").randomness, 0xffffffffffffffU);
  for (const char* bad : {"rv:", "rv:8", "rv:0000000000000", "rv:000000000000000",
                          "rv:0000000000000A", "rv:0000000000000g", "rv: 0000000000000"}) {
    EXPECT_FALSE(read(bad).randomness) << bad;
  }
}

TEST(OtMemberTest, ARepeatedKeySaysNothing) {
  EXPECT_FALSE(read("th:8;th:8").threshold);
  EXPECT_FALSE(read("th:8;x:1;th:c").threshold);
  EXPECT_FALSE(read("th:;th:c").threshold);
  EXPECT_FALSE(read("th:8;th:c;th:c").threshold);
  EXPECT_FALSE(read("rv:00000000000000;rv:ffffffffffffff").randomness);
  EXPECT_EQ(read("rv:00000000000000;th:8;th:8").randomness, 0U);
}

TEST(OtMemberTest, AnotherMemberIsNotRead) {
  EXPECT_FALSE(read_ot_member(state_of("a=th:8,ot@x=th:8")).threshold);
  EXPECT_FALSE(read_ot_member({}).threshold);
}

TEST(OtMemberTest, AChangedMemberGoesFirstAndTheOthersRemain) {
  EXPECT_EQ(with("", half), "ot=th:8");
  EXPECT_EQ(with("a=1,b=2", half), "ot=th:8,a=1,b=2");
  EXPECT_EQ(with("a=1,ot=th:c;k:v,b=2", half), "ot=th:8;k:v,a=1,b=2");
  EXPECT_EQ(with("a=1,ot=p:8;r:62;th:c,b=2", half), "ot=th:8;p:8;r:62,a=1,b=2");
  EXPECT_EQ(with("a=1,ot=th:8;k:v,b=2", std::nullopt), "ot=k:v,a=1,b=2");
}

TEST(OtMemberTest, WhatDoesNotChangeRemainsWhereItIs) {
  EXPECT_EQ(with("", std::nullopt), "");
  EXPECT_EQ(with("a=1,ot=k:v,b=2", std::nullopt), "a=1,ot=k:v,b=2");
  EXPECT_EQ(with("a=1,ot=th:8;k:v", half), "a=1,ot=th:8;k:v");
}

TEST(OtMemberTest, AnEmptyMemberGoes) {
  EXPECT_EQ(with("a=1,ot=th:8,b=2", std::nullopt), "a=1,b=2");
  EXPECT_EQ(with("ot=th:8;th:9", std::nullopt), "");
}

TEST(OtMemberTest, EveryOldThresholdGoesEvenIfItIsMalformed) {
  for (const char* bad : {"th:", "th:XYZ", "th:8;th:9", "th:8;th:8", "th:000000000000000000"}) {
    EXPECT_EQ(with("ot=" + std::string(bad) + ";k:v", half), "ot=th:8;k:v") << bad;
    EXPECT_EQ(with("ot=k:v;" + std::string(bad), std::nullopt), "ot=k:v") << bad;
  }
}

TEST(OtMemberTest, WhatOthersWroteRemainsEvenIfItIsMalformed) {
  EXPECT_EQ(with("ot=;;x;th;:;UPPER:1;k:v:w;rv:bad;k:2 ;!", half),
            "ot=th:8;;;x;th;:;UPPER:1;k:v:w;rv:bad;k:2 ;!");
  EXPECT_EQ(with("ot=k:a ;th:8", std::nullopt), "ot=k:a ;") << "no value may end with a blank";
  EXPECT_EQ(with("ot=  ;th:8", std::nullopt), "ot=  ;");
}

TEST(OtMemberTest, AMemberWithoutRoomHasNoThreshold) {
  const std::string longest = "k:" + std::string(TraceState::max_value_size - 7, 'v');
  EXPECT_EQ(with("ot=" + longest, half), "ot=th:8;" + longest);
  EXPECT_EQ(with("ot=" + longest + "v", half), "ot=" + longest + "v");
  EXPECT_EQ(with("a=1,ot=th:9;" + longest, 0xabcU << 4U), "ot=" + longest + ",a=1");
  const std::string full(TraceState::max_value_size, ';');
  EXPECT_EQ(with("ot=" + full, half), "ot=" + full);
}

TEST(OtMemberTest, ThirtyTwoMembersRemainThirtyTwo) {
  std::string others;
  for (int i = 0; i < 31; ++i) others += ",k" + std::to_string(i) + "=v";
  EXPECT_EQ(with(others.substr(1), half), "ot=th:8" + others);
  EXPECT_EQ(with(others.substr(1) + ",last=v", half), "ot=th:8" + others);
  EXPECT_EQ(with(others.substr(1) + ",ot=th:c", half), "ot=th:8" + others);
}

}  // namespace
}  // namespace baton::detail
