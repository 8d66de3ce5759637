// SPDX-License-Identifier: Apache-2.0
#include "text/base64.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/fields.hpp"

namespace baton::detail::base64 {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t room = 12;
constexpr ParseError no_error{};

/// Reads into an uninitialized buffer of that size.
ParseError decode_text(std::string_view text, Bytes& bytes, std::size_t buffer_size = room) {
  const test::ExactText exact(text);
  bytes.assign(buffer_size, 0);
  std::size_t size = 1;  // is only written
  const ParseError error = decode(exact.view(), bytes, size);
  bytes.resize(error ? 0 : size);
  return error;
}

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::string encode_bytes(const Bytes& bytes) {
  std::string text(encoded_size(bytes.size()) + 1, '!');
  encode(bytes, text.data());
  EXPECT_EQ(text.back(), '!') << "behind the text";
  text.pop_back();
  return text;
}

// RFC 4648 §10.
const std::vector<std::pair<std::string, std::string>> examples = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};

TEST(Base64Test, ExamplesOfTheSpecification) {
  for (const auto& [plain, padded] : examples) {
    const std::string unpadded = padded.substr(0, padded.find('='));
    EXPECT_EQ(encode_bytes(bytes_of(plain)), unpadded);
    for (const std::string& text : {padded, unpadded}) {
      Bytes bytes;
      EXPECT_EQ(decode_text(text, bytes), no_error) << text;
      EXPECT_EQ(bytes, bytes_of(plain)) << text;
    }
  }
}

TEST(Base64Test, EveryByteComesBackAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t size = 1; size <= 6; ++size) {
      const Bytes bytes(size, static_cast<std::uint8_t>(byte));
      Bytes back;
      EXPECT_EQ(decode_text(encode_bytes(bytes), back), no_error);
      EXPECT_EQ(back, bytes);
    }
  }
}

TEST(Base64Test, EveryCharacterAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool good = alphabet.find(c) != std::string_view::npos;
    for (std::size_t place = 0; place < 7; ++place) {
      std::string text = "AAAAAAA";
      text[place] = c;
      Bytes bytes;
      const ParseError expected = good ? no_error : ParseError{ErrorCode::bad_base64, place};
      EXPECT_EQ(decode_text(text, bytes), expected) << "byte " << byte << " at " << place;
    }
  }
}

TEST(Base64Test, BitsThatBelongToNoByteDoNotCount) {
  for (const std::string text : {"Zg", "Zh", "Zv==", "Zo=="}) {
    Bytes bytes;
    EXPECT_EQ(decode_text(text, bytes), no_error) << text;
    EXPECT_EQ(bytes, bytes_of("f")) << text;
  }
}

TEST(Base64Test, PaddingMustBeWhatIsMissing) {
  for (const auto& [text, place] : std::vector<std::pair<std::string, std::size_t>>{{"=", 0},
                                                                                    {"==", 0},
                                                                                    {"====", 0},
                                                                                    {"A=", 1},
                                                                                    {"A==", 1},
                                                                                    {"A===", 1},
                                                                                    {"AA=", 2},
                                                                                    {"AA===", 2},
                                                                                    {"AAA==", 3},
                                                                                    {"AAAA=", 4},
                                                                                    {"AAAA==", 4},
                                                                                    {"AAAA====", 4},
                                                                                    {"AA==AA==", 2},
                                                                                    {"AA=A", 2},
                                                                                    {"=AAA", 0}}) {
    Bytes bytes;
    EXPECT_EQ(decode_text(text, bytes), ParseError(ErrorCode::bad_base64, place)) << text;
  }
}

TEST(Base64Test, OneCharacterMakesNoByte) {
  for (const std::size_t size : {1U, 5U, 9U, 13U}) {
    Bytes bytes;
    EXPECT_EQ(decode_text(std::string(size, 'A'), bytes), ParseError(ErrorCode::bad_base64, size));
  }
}

TEST(Base64Test, WhatDoesNotFitIsRefusedUnread) {
  Bytes bytes;
  EXPECT_EQ(decode_text(std::string(16, 'A'), bytes), no_error);
  EXPECT_EQ(bytes.size(), room);
  EXPECT_EQ(decode_text(std::string(17, '!'), bytes), ParseError(ErrorCode::too_long, 16));
  EXPECT_TRUE(bytes.empty());
  for (std::size_t size = 0; size < 8; ++size) {
    for (std::size_t characters = 0; characters < 16; ++characters) {
      const ParseError error = decode_text(std::string(characters, 'A'), bytes, size);
      if (!error) {
        EXPECT_EQ(bytes.size(), characters * 3 / 4);
      }
    }
  }
}

TEST(Base64Test, PlaceOfAByteIsWhereItsFirstBitIs) {
  for (std::size_t index = 0; index < 30; ++index) {
    EXPECT_EQ(place_of_byte(index), index * 8 / 6);
  }
}

}  // namespace
}  // namespace baton::detail::base64
