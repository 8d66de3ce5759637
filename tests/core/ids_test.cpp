// SPDX-License-Identifier: Apache-2.0
#include "baton/ids.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <unordered_set>

#include "support/fields.hpp"

namespace baton {
namespace {

using test::ExactText;

constexpr std::string_view trace_digits = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view span_digits = "b7ad6b7169203331";
constexpr TraceId trace_id(0x0af7651916cd43ddU, 0x8448eb211c80319cU);
constexpr SpanId span_id(0xb7ad6b7169203331U);

static_assert(!TraceId().is_valid() && !SpanId().is_valid());
static_assert(trace_id.is_valid() && span_id.is_valid());
static_assert(TraceId(0, 1).is_valid() && TraceId(1, 0).is_valid());
static_assert(sizeof(TraceId) == 16 && sizeof(SpanId) == 8 && sizeof(TraceFlags) == 1);
// Named, since libstdc++'s debug mode compares their addresses.
constexpr auto trace_bytes = trace_id.bytes();
constexpr auto span_bytes = span_id.bytes();
static_assert(TraceId(trace_bytes) == trace_id && SpanId(span_bytes) == span_id);

template <class Id>
std::string printed(const Id& id) {
  std::ostringstream out;
  out << id;
  return out.str();
}

TEST(TraceIdTest, FromHexAndBack) {
  const auto id = TraceId::from_hex(ExactText(trace_digits).view());
  ASSERT_TRUE(id);
  EXPECT_EQ(*id, trace_id);
  EXPECT_EQ(id->to_string(), trace_digits);
  EXPECT_EQ(printed(*id), trace_digits);
  const auto out = std::make_unique<std::array<char, TraceId::hex_size>>();
  id->write_hex(*out);
  EXPECT_EQ(std::string_view(out->data(), out->size()), trace_digits);
}

TEST(TraceIdTest, BytesAreInTheOrderOfTheDigits) {
  const auto bytes = trace_id.bytes();
  EXPECT_EQ(bytes.front(), 0x0a);
  EXPECT_EQ(bytes[7], 0xdd);
  EXPECT_EQ(bytes[8], 0x84);
  EXPECT_EQ(bytes.back(), 0x9c);
}

TEST(TraceIdTest, OnlyThirtyTwoDigits) {
  for (std::size_t size = 0; size < 70; ++size) {
    const auto id = TraceId::from_hex(ExactText(std::string(size, 'a')).view());
    EXPECT_EQ(id.has_value(), size == 32) << size;
    if (!id) {
      EXPECT_EQ(id.error(), ParseError(ErrorCode::bad_length, 0)) << size;
    }
  }
}

TEST(TraceIdTest, BadDigitIsNamedAtEveryPlace) {
  for (std::size_t place = 0; place < 32; ++place) {
    for (const char c : {'A', 'F', 'g', '/', ':', '`', '\0', '\xff', ' '}) {
      std::string digits(trace_digits);
      digits[place] = c;
      const auto id = TraceId::from_hex(ExactText(digits).view());
      ASSERT_FALSE(id) << place;
      EXPECT_EQ(id.error(), ParseError(ErrorCode::bad_hex, place));
    }
  }
}

TEST(TraceIdTest, ZerosAreAnInvalidIdAndNoError) {
  const auto id = TraceId::from_hex(std::string(32, '0'));
  ASSERT_TRUE(id);
  EXPECT_FALSE(id->is_valid());
}

TEST(TraceIdTest, OrderedAsTheDigitsAre) {
  EXPECT_LT(TraceId(0, 2), TraceId(1, 1));
  EXPECT_LT(TraceId(1, 1), TraceId(1, 2));
  EXPECT_NE(TraceId(1, 2), TraceId(2, 1));
}

TEST(TraceIdTest, HashTellsHalvesApart) {
  const std::hash<TraceId> hash;
  EXPECT_EQ(hash(trace_id), hash(TraceId(trace_id.high(), trace_id.low())));
  EXPECT_NE(hash(TraceId(1, 2)), hash(TraceId(2, 1)));
  EXPECT_NE(hash(TraceId(0, 1)), hash(TraceId(1, 1)));
  EXPECT_EQ(std::unordered_set<TraceId>({trace_id, trace_id}).size(), 1U);
}

TEST(SpanIdTest, FromHexAndBack) {
  const auto id = SpanId::from_hex(ExactText(span_digits).view());
  ASSERT_TRUE(id);
  EXPECT_EQ(*id, span_id);
  EXPECT_EQ(id->to_string(), span_digits);
  EXPECT_EQ(printed(*id), span_digits);
  EXPECT_EQ(id->bytes().front(), 0xb7);
  EXPECT_EQ(id->bytes().back(), 0x31);
}

TEST(SpanIdTest, OnlySixteenDigits) {
  for (std::size_t size = 0; size < 40; ++size) {
    const auto id = SpanId::from_hex(ExactText(std::string(size, 'a')).view());
    EXPECT_EQ(id.has_value(), size == 16) << size;
    if (!id) {
      EXPECT_EQ(id.error(), ParseError(ErrorCode::bad_length, 0)) << size;
    }
  }
}

TEST(SpanIdTest, BadDigitIsNamedAtEveryPlace) {
  for (std::size_t place = 0; place < 16; ++place) {
    std::string digits(span_digits);
    digits[place] = 'B';
    const auto id = SpanId::from_hex(ExactText(digits).view());
    ASSERT_FALSE(id) << place;
    EXPECT_EQ(id.error(), ParseError(ErrorCode::bad_hex, place));
  }
}

TEST(SpanIdTest, ZerosAreAnInvalidIdAndNoError) {
  const auto id = SpanId::from_hex(std::string(16, '0'));
  ASSERT_TRUE(id);
  EXPECT_FALSE(id->is_valid());
}

TEST(SpanIdTest, OrderedAndHashed) {
  EXPECT_LT(SpanId(1), SpanId(2));
  EXPECT_EQ(std::unordered_set<SpanId>({SpanId(1), SpanId(2), SpanId(1)}).size(), 2U);
}

TEST(RandomIdTest, ValidAndDifferent) {
  std::set<TraceId> trace_ids;
  std::set<SpanId> span_ids;
  for (int i = 0; i < 10000; ++i) {
    EXPECT_TRUE(trace_ids.insert(TraceId::random()).second);
    EXPECT_TRUE(span_ids.insert(SpanId::random()).second);
  }
  EXPECT_FALSE(trace_ids.contains(TraceId()));
  EXPECT_FALSE(span_ids.contains(SpanId()));
}

TEST(RandomIdTest, EveryBitIsSometimesSetAndSometimesClear) {
  std::uint64_t ever[3] = {};
  std::uint64_t always[3] = {~0ULL, ~0ULL, ~0ULL};
  for (int i = 0; i < 1000; ++i) {
    const TraceId trace = TraceId::random();
    const std::uint64_t words[3] = {trace.high(), trace.low(), SpanId::random().value()};
    for (int word = 0; word < 3; ++word) {
      ever[word] |= words[word];
      always[word] &= words[word];
    }
  }
  for (int word = 0; word < 3; ++word) {
    EXPECT_EQ(ever[word], ~0ULL);
    EXPECT_EQ(always[word], 0ULL);
  }
}

TEST(TraceFlagsTest, KeepsOnlyTheBitsThatHaveAMeaning) {
  for (unsigned bits = 0; bits < 256; ++bits) {
    const TraceFlags flags(static_cast<std::uint8_t>(bits));
    EXPECT_EQ(flags.bits(), bits & 3U);
    EXPECT_EQ(flags.sampled(), (bits & 1U) != 0);
    EXPECT_EQ(flags.random(), (bits & 2U) != 0);
    EXPECT_EQ(flags.with_sampled(true).bits(), (bits & 2U) | 1U);
    EXPECT_EQ(flags.with_sampled(false).bits(), bits & 2U);
  }
}

TEST(TraceFlagsTest, PrintsTwoDigits) {
  EXPECT_EQ(TraceFlags().to_string(), "00");
  EXPECT_EQ(printed(TraceFlags(0xff)), "03");
  EXPECT_NE(std::hash<TraceFlags>()(TraceFlags(1)), std::hash<TraceFlags>()(TraceFlags(2)));
}

}  // namespace
}  // namespace baton
