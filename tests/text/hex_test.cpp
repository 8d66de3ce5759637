// SPDX-License-Identifier: Apache-2.0
#include "text/hex.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/fields.hpp"

namespace baton::detail::hex {
namespace {

using test::ExactText;

constexpr std::string_view alphabet = "0123456789abcdef";

TEST(HexTest, DigitOfEveryByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::size_t value = alphabet.find(static_cast<char>(byte));
    EXPECT_EQ(digit(static_cast<char>(byte)),
              value == std::string_view::npos ? bad : static_cast<int>(value))
        << "byte " << byte;
  }
}

TEST(HexTest, CharOfEveryNibble) {
  for (unsigned nibble = 0; nibble < 16; ++nibble) EXPECT_EQ(to_char(nibble), alphabet[nibble]);
}

TEST(HexTest, EveryByteAtEveryPlaceConvertsAsInTheReference) {
  for (unsigned place = 0; place < 16; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = "0123456789abcdef";
      text[place] = static_cast<char>(byte);
      const ExactText exact(text);
      std::uint64_t fast_value = 0;
      std::uint64_t plain_value = 0;
      const unsigned fast = convert16(exact.view().data(), fast_value);
      const unsigned reference = plain::convert16(exact.view().data(), plain_value);
      const bool is_digit = alphabet.find(static_cast<char>(byte)) != std::string_view::npos;
      EXPECT_EQ(reference, is_digit ? all_digits : all_digits & ~(1U << place)) << "byte " << byte;
      EXPECT_EQ(fast, reference) << "byte " << byte << " at " << place;
      if (is_digit) {
        EXPECT_EQ(fast_value, plain_value) << "byte " << byte << " at " << place;
      }
    }
  }
}

TEST(HexTest, FirstOfTwoBadBytesIsNamedAndNothingChanges) {
  for (unsigned first = 0; first < 16; ++first) {
    for (unsigned second = first; second < 16; ++second) {
      std::string text(16, '0');
      text[first] = 'G';
      text[second] = '\xff';
      const ExactText exact(text);
      std::uint64_t value = 42;
      EXPECT_EQ(decode16(exact.view().data(), value), first);
      EXPECT_EQ(value, 42U);
      EXPECT_EQ(plain::convert16(exact.view().data(), value),
                all_digits & ~(1U << first) & ~(1U << second));
    }
  }
}

TEST(HexTest, EveryNibbleAtEveryPlaceEncodesAsInTheReference) {
  for (unsigned place = 0; place < 16; ++place) {
    for (std::uint64_t nibble = 0; nibble < 16; ++nibble) {
      const std::uint64_t value = nibble << (4 * (15 - place));
      std::string expected(16, '0');
      expected[place] = alphabet[static_cast<std::size_t>(nibble)];
      const auto fast = std::make_unique<char[]>(16);
      const auto reference = std::make_unique<char[]>(16);
      encode16(value, fast.get());
      plain::encode16(value, reference.get());
      EXPECT_EQ(std::string_view(fast.get(), 16), expected);
      EXPECT_EQ(std::string_view(reference.get(), 16), expected);
      std::uint64_t decoded = 0;
      EXPECT_EQ(decode16(fast.get(), decoded), 16U);
      EXPECT_EQ(decoded, value);
    }
  }
}

}  // namespace
}  // namespace baton::detail::hex
