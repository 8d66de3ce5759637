// SPDX-License-Identifier: Apache-2.0
#include "readme.hpp"

#include <gtest/gtest.h>

TEST(Readme, ShowsSomethingThatWorks) {
  handle({{"TraceParent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}});
  EXPECT_FALSE(baton::current().span_context().is_valid());
}
