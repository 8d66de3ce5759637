// SPDX-License-Identifier: Apache-2.0
#include "text/decimal.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>

#include "support/fields.hpp"

namespace baton::detail {
namespace {

TEST(DecimalTest, ReadsTheNearestDouble) {
  using Limits = std::numeric_limits<double>;
  for (const auto& [text, expected] : {std::pair<std::string, double>{"0", 0.0},
                                       {"0.1", 0.1},
                                       {".5", 0.5},
                                       {"5e-1", 0.5},
                                       {"-0.05E+1", -0.5},
                                       {"0e400", 0.0},
                                       {"9007199254740993", 9007199254740992.0},
                                       {"0." + std::string(400, '3'), 1.0 / 3},
                                       {"1.7976931348623157e308", Limits::max()},
                                       {"4.9e-324", Limits::denorm_min()}}) {
    double number = -1;
    EXPECT_TRUE(read_decimal(test::ExactText(text).view(), number)) << text;
    EXPECT_EQ(number, expected) << text;
  }
}

TEST(DecimalTest, ReadsNothingElse) {
  for (const std::string text :
       {"",   "+1", "0x1", "0x1p3", "1,5", "1.5.", "1e",        ".",     "-",      "e",
        "1f", " 1", "1 ",  "--1",   "nan", "inf",  "-infinity", "1e999", "-1e999", "1e-999"}) {
    double number = 0;
    EXPECT_FALSE(read_decimal(test::ExactText(text).view(), number)) << text;
  }
  double number = 0;
  EXPECT_FALSE(read_decimal({"1\0", 2}, number));
}

}  // namespace
}  // namespace baton::detail
