// SPDX-License-Identifier: Apache-2.0
#include "baton/parse_error.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

namespace baton {
namespace {

struct Frozen {
  std::uint32_t number;
  ErrorCode code;
  std::string_view name;
};

// Users have these numbers and names in logs and alerts: a code may be added, never changed.
constexpr Frozen frozen[] = {
    {1, ErrorCode::empty, "empty"},
    {2, ErrorCode::too_short, "too_short"},
    {3, ErrorCode::too_long, "too_long"},
    {4, ErrorCode::bad_version, "bad_version"},
    {5, ErrorCode::bad_hex, "bad_hex"},
    {6, ErrorCode::bad_delimiter, "bad_delimiter"},
    {7, ErrorCode::zero_trace_id, "zero_trace_id"},
    {8, ErrorCode::zero_span_id, "zero_span_id"},
    {9, ErrorCode::repeated_field, "repeated_field"},
    {10, ErrorCode::missing_field, "missing_field"},
    {11, ErrorCode::bad_length, "bad_length"},
    {12, ErrorCode::bad_sampling_state, "bad_sampling_state"},
    {13, ErrorCode::bad_key, "bad_key"},
    {14, ErrorCode::key_too_long, "key_too_long"},
    {15, ErrorCode::missing_equals, "missing_equals"},
    {16, ErrorCode::bad_value, "bad_value"},
    {17, ErrorCode::empty_value, "empty_value"},
    {18, ErrorCode::value_too_long, "value_too_long"},
    {19, ErrorCode::bad_property, "bad_property"},
    {20, ErrorCode::duplicate_key, "duplicate_key"},
    {21, ErrorCode::too_many_members, "too_many_members"},
    {22, ErrorCode::too_many_bytes, "too_many_bytes"},
    {23, ErrorCode::out_of_memory, "out_of_memory"},
    {24, ErrorCode::bad_number, "bad_number"},
    {25, ErrorCode::bad_base64, "bad_base64"},
    {26, ErrorCode::bad_utf8, "bad_utf8"},
    {27, ErrorCode::too_deep, "too_deep"},
    {28, ErrorCode::wrong_type, "wrong_type"},
    {29, ErrorCode::not_hex, "not_hex"},
};

TEST(ParseErrorTest, NumbersAndNamesAreFrozen) {
  EXPECT_EQ(name(ErrorCode{}), "unknown");
  for (const auto& [number, code, code_name] : frozen) {
    EXPECT_EQ(static_cast<std::uint32_t>(code), number) << to_string(code);
    EXPECT_EQ(name(code), code_name);
  }
}

TEST(ParseErrorTest, EveryCodeHasATextOfItsOwn) {
  std::set<std::string_view> texts;
  for (const auto& [number, code, code_name] : frozen) {
    const std::string_view text = to_string(code);
    EXPECT_NE(text, "unknown error") << number;
    ASSERT_FALSE(text.empty()) << number;
    EXPECT_FALSE(std::isupper(static_cast<unsigned char>(text.front()))) << text;
    EXPECT_NE(text.back(), '.') << text;
    EXPECT_TRUE(texts.insert(text).second) << text;
  }
}

TEST(ParseErrorTest, NoOtherNumberHasAText) {
  std::set<std::uint32_t> known;
  for (const auto& [number, code, code_name] : frozen) known.insert(number);
  for (std::uint32_t number = 0; number < 1000; ++number) {
    EXPECT_EQ(to_string(ErrorCode{number}) == "unknown error", !known.contains(number)) << number;
  }
  EXPECT_EQ(to_string(ErrorCode{0xFFFFFFFFU}), "unknown error");
}

TEST(ParseErrorTest, IsEightTriviallyCopyableBytes) {
  EXPECT_TRUE(std::is_trivially_copyable_v<ParseError>);
  EXPECT_EQ(sizeof(ParseError), 8U);
}

TEST(ParseErrorTest, MessageNamesTheReasonAndThePlace) {
  EXPECT_EQ(ParseError(ErrorCode::bad_hex, 5).message(),
            "not a lowercase hexadecimal digit at byte 5");
}

TEST(ParseErrorTest, OffsetStaysAtTheLargestNumber) {
  constexpr std::uint32_t largest = 0xFFFFFFFFU;
  EXPECT_EQ(ParseError(ErrorCode::empty, std::size_t{largest} - 1).offset, largest - 1);
  EXPECT_EQ(ParseError(ErrorCode::empty, std::size_t{largest}).offset, largest);
  if constexpr (sizeof(std::size_t) > sizeof(largest)) {
    EXPECT_EQ(ParseError(ErrorCode::empty, std::size_t{largest} + 7).offset, largest);
  }
}

TEST(ParseErrorTest, EqualWhereCodeAndOffsetAre) {
  const ParseError error(ErrorCode::bad_key, 3);
  EXPECT_EQ(error, ParseError(ErrorCode::bad_key, 3));
  EXPECT_NE(error, ParseError(ErrorCode::bad_key, 4));
  EXPECT_NE(error, ParseError(ErrorCode::bad_value, 3));
}

}  // namespace
TEST(ParseErrorTest, IsTrueForAnErrorWhateverItsOffset) {
  static_assert(!ParseError());
  static_assert(ParseError(ErrorCode::empty, 0));
  static_assert(ParseError(ErrorCode::not_hex, 7));
  ParseError shifted;
  shifted.offset = 7;
  EXPECT_FALSE(shifted);
  static_assert(!std::is_convertible_v<ParseError, bool>);
  static_assert(sizeof(ParseError) == 8);
}

}  // namespace baton
