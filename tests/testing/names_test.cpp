// SPDX-License-Identifier: Apache-2.0
// The names of the kit go together with GoogleTest's, whatever a test says that it uses.
#include <gmock/gmock.h>

#include "baton/testing/carrier_conformance.hpp"
#include "baton/testing/hostile.hpp"
#include "baton/testing/libfuzzer.hpp"
#include "baton/testing/matchers.hpp"
#include "baton/testing/mutation.hpp"
#include "baton/testing/rapidcheck.hpp"
#include "baton/testing/vectors.hpp"

namespace {

using namespace testing;
using namespace baton::testing;

class Numbers : public TestWithParam<int> {};

TEST_P(Numbers, AreCounted) { EXPECT_THAT(GetParam(), AnyOf(1, 2)); }

INSTANTIATE_TEST_SUITE_P(Both, Numbers, Values(1, 2));

TEST(Names, OfBothAreAtHand) {
  internal::CaptureStdout();
  EXPECT_EQ(internal::GetCapturedStdout(), "");
  const FieldList fields{{"traceparent", "x"}, {"baggage", "a=1"}};
  EXPECT_THAT(fields, AllOf(SizeIs(2), HasTraceparent("x"), BaggageIs({{"a", "1"}}), Contains(_)));
}

namespace beside {

// Here `testing` alone would be two namespaces.
using namespace baton;

class Fixture : public ::testing::Test {};

TEST_F(Fixture, IsOfGoogleTest) {
  EXPECT_TRUE(make_chain("tracecontext").chain.readers().size() == 1);
}

}  // namespace beside

}  // namespace
