// SPDX-License-Identifier: Apache-2.0
#include "baton/traceparent.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "core/parse_traceparent.hpp"
#include "support/fields.hpp"

namespace baton {
namespace {

using test::ExactText;

constexpr std::string_view sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const Traceparent parent{TraceId(0x0af7651916cd43ddU, 0x8448eb211c80319cU),
                         SpanId(0xb7ad6b7169203331U), TraceFlags(1)};

TEST(TraceparentTest, ParsesWhatItWrites) {
  const auto parsed = Traceparent::parse(ExactText(sent).view());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, parent);
  EXPECT_EQ(parsed->to_string(), sent);
}

TEST(TraceparentTest, WritesExactlyItsSize) {
  const auto out = std::make_unique<std::array<char, Traceparent::size>>();
  parent.write(*out);
  EXPECT_EQ(std::string_view(out->data(), out->size()), sent);
}

TEST(TraceparentTest, NoPrefixIsAccepted) {
  for (std::size_t size = 0; size < sent.size(); ++size) {
    const auto parsed = Traceparent::parse(ExactText(sent.substr(0, size)).view());
    ASSERT_FALSE(parsed) << size;
    const ErrorCode code = size == 0 ? ErrorCode::empty : ErrorCode::too_short;
    EXPECT_EQ(parsed.error(), ParseError(code, size)) << size;
  }
}

TEST(TraceparentTest, EveryByteAtEveryPlace) {
  constexpr std::string_view hex = "0123456789abcdef";
  for (std::size_t place = 0; place < sent.size(); ++place) {
    const bool is_delimiter = place == 2 || place == 35 || place == 52;
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      std::string text(sent);
      text[place] = c;
      // A blank at an end is not part of the field, which is then too short.
      if ((place == 0 || place + 1 == sent.size()) && (c == ' ' || c == '\t')) continue;
      const auto parsed = Traceparent::parse(ExactText(text).view());
      const bool good = is_delimiter ? c == '-' : hex.find(c) != std::string_view::npos;
      EXPECT_EQ(parsed.has_value(), good) << "byte " << byte << " at " << place;
      if (good || parsed) continue;
      EXPECT_EQ(parsed.error(),
                ParseError(is_delimiter ? ErrorCode::bad_delimiter : ErrorCode::bad_hex, place));
    }
  }
}

// What is read beside the usual: with blanks, of a later version, or with unknown flags.
TEST(TraceparentTest, AnUnusualOneHasAllPartsAndNoError) {
  for (const std::string& text :
       {" \t" + std::string(sent) + " ", "cc" + std::string(sent.substr(2)),
        "cc" + std::string(sent.substr(2)) + "-more", std::string(sent.substr(0, 53)) + "09"}) {
    Traceparent parsed;
    EXPECT_EQ(detail::parse_any_traceparent(ExactText(text).view(), parsed), ParseError()) << text;
    EXPECT_EQ(parsed, parent) << text;
  }
}

TEST(TraceparentTest, BlanksCountInTheOffsetOfAnErrorUnlessAllIsBlank) {
  const auto error = [](std::string_view text) {
    return Traceparent::parse(ExactText(text).view()).error();
  };
  EXPECT_EQ(error(" \t00-"), ParseError(ErrorCode::too_short, 5));
  EXPECT_EQ(error(" \t"), ParseError(ErrorCode::empty, 0));
}

TEST(TraceparentTest, NeitherIdIsZero) {
  for (const std::string_view end : {"", "-0000000000000000-01"}) {
    const std::string text = "00-00000000000000000000000000000000" + std::string(end);
    EXPECT_EQ(Traceparent::parse(ExactText(text).view()).error(),
              ParseError(ErrorCode::zero_trace_id, 3));
  }
  for (const std::string_view end : {"", "-01"}) {
    const std::string text =
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000" + std::string(end);
    EXPECT_EQ(Traceparent::parse(ExactText(text).view()).error(),
              ParseError(ErrorCode::zero_span_id, 36));
  }
}

TEST(TraceparentTest, EveryVersion) {
  for (int version = 0; version < 256; ++version) {
    std::string text(sent);
    constexpr std::string_view hex = "0123456789abcdef";
    text[0] = hex[static_cast<std::size_t>(version / 16)];
    text[1] = hex[static_cast<std::size_t>(version % 16)];
    const auto accepts = [](const std::string& field) {
      return Traceparent::parse(ExactText(field).view()).has_value();
    };
    EXPECT_EQ(accepts(text), version != 255) << version;
    EXPECT_EQ(accepts(text + "-"), version != 255 && version != 0) << version;
    EXPECT_EQ(accepts(text + "-more"), version != 255 && version != 0) << version;
    EXPECT_FALSE(accepts(text + ".")) << version;
    EXPECT_FALSE(accepts(text.substr(0, 54))) << version;
  }
}

TEST(TraceparentTest, EveryFlags) {
  for (unsigned flags = 0; flags < 256; ++flags) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string text(sent);
    text[53] = hex[flags / 16];
    text[54] = hex[flags % 16];
    const auto parsed = Traceparent::parse(text);
    ASSERT_TRUE(parsed) << flags;
    EXPECT_EQ(parsed->flags.bits(), flags & 3U);
    EXPECT_EQ(parsed->to_string().substr(53), std::string("0") + hex[flags & 3U]);
  }
}

}  // namespace
}  // namespace baton
