// SPDX-License-Identifier: Apache-2.0
#include <baton/baton.hpp>
#include <iostream>
#include <string>
#include <utility>

#include "configuration.hpp"

#include <gtest/gtest.h>

TEST(Configuration, ReadsTwoFormatsAndWritesOne) {
  configure();
  const baton::PropagatorChain& chain = baton::global_chain();
  EXPECT_EQ(chain.readers().size(), 3U);
  EXPECT_EQ(chain.writers().size(), 2U);
  EXPECT_EQ(chain.policy(), baton::ExtractionPolicy::first_match);
}

TEST(Configuration, ShowsItsCounts) {
  EXPECT_NE(metrics().find("\nbaton_extractions_total 0\n"), std::string::npos);
}
