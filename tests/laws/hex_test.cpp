// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "baton/testing/rapidcheck.hpp"
#include "laws/hex_laws.hpp"

namespace {

RC_GTEST_PROP(HexLaws, FastAndPlainReadTheSame, ()) {
  laws::check_hex_decode(*baton::testing::drawn([](baton::testing::Draw& draw) {
                            std::string text = draw.text_of("0123456789abcdef", 16);
                            for (std::size_t i = draw.number(0, 2); i > 0; --i) {
                              text[draw.number(0, 15)] = static_cast<char>(draw.number(0, 255));
                            }
                            return text;
                          }).as("digits"));
}

RC_GTEST_PROP(HexLaws, FastAndPlainWriteTheSame, (std::uint64_t value)) {
  laws::check_hex_encode(value);
}

TEST(HexLaws, HoldForEveryByteAtEveryPlace) {
  for (std::size_t place = 0; place < 16; ++place) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = "0123456789abcdef";
      text[place] = static_cast<char>(byte);
      laws::check_hex_decode(text);
    }
  }
}

}  // namespace
