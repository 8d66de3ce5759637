// SPDX-License-Identifier: Apache-2.0
#include "core/threshold.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace baton::detail {
namespace {

std::string text_of(double probability, int precision) {
  const auto threshold = threshold_of(probability, precision);
  return threshold ? std::string(ThresholdText(*threshold).view()) : "none";
}

// OpenTelemetry, TraceState: Probability Sampling, the table of 1-in-N. The vectors have its
// precision 4.
TEST(ThresholdTest, HasTheWantedPrecisionAfterItsLeadingDigits) {
  struct Row {
    double n;
    std::array<const char*, 3> texts;  // of precision 3, 4, 5
  };
  for (const Row& row :
       {Row{1, {"0", "0", "0"}}, Row{2, {"8", "8", "8"}}, Row{3, {"aab", "aaab", "aaaab"}},
        Row{5, {"ccd", "cccd", "ccccd"}}, Row{10, {"e66", "e666", "e6666"}},
        Row{16, {"f", "f", "f"}}, Row{100, {"fd71", "fd70a", "fd70a4"}},
        Row{1000, {"ffbe7", "ffbe77", "ffbe76d"}}, Row{10'000, {"fff972", "fff9724", "fff97247"}},
        Row{100'000, {"ffff584", "ffff583a", "ffff583a5"}},
        Row{1'000'000, {"ffffef4", "ffffef39", "ffffef391"}}}) {
    for (int precision = 3; precision <= 5; ++precision) {
      EXPECT_EQ(text_of(1 / row.n, precision), row.texts[static_cast<std::size_t>(precision - 3)])
          << row.n;
    }
  }
}

TEST(ThresholdTest, RoundsToNoneBelowTheLeastProbability) {
  EXPECT_EQ(text_of(std::ldexp(1, -56), 4), "ffffffffffffff");
  EXPECT_EQ(text_of(std::ldexp(1, -52), 4), "fffffffffffff");
  EXPECT_EQ(text_of(std::ldexp(1, -58), 4), "none");
  EXPECT_EQ(text_of(0, 4), "none");
}

TEST(ThresholdTest, RejectsLittleNearOne) {
  EXPECT_EQ(text_of(std::nextafter(1.0, 0.0), 4), "00000000000008");
  EXPECT_EQ(text_of(1, 4), "0");
  EXPECT_EQ(text_of(1 - std::ldexp(1, -16), 4), "0001");
}

TEST(ThresholdTest, HighProbabilitiesAreAsPrecise) {
  // Four digits after the leading zeros, as OpenTelemetry's collector has it.
  for (const auto& [probability, rejected] :
       {std::pair(0.9999, 1e-4), std::pair(0.99999, 1e-5), std::pair(0.999999, 1e-6)}) {
    const auto threshold = threshold_of(probability);
    ASSERT_TRUE(threshold);
    EXPECT_NEAR(static_cast<double>(*threshold) / 0x1p56 / rejected, 1, 1e-3);
  }
}

}  // namespace
}  // namespace baton::detail
