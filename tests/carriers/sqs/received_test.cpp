// SPDX-License-Identifier: Apache-2.0
// What a propagator sees of a received message.

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/sqs.hpp"
#include "support/observer.hpp"

namespace {

using baton::test::Observer;
using baton::test::Seen;
using Texts = std::vector<std::string>;

Seen seen_in(std::string_view message, std::size_t most = 100) {
  Seen seen;
  const baton::PropagatorChain chain({std::make_shared<Observer>(seen, "x-amzn-trace-id", most)});
  EXPECT_TRUE(baton::sqs::extract_message(message, {.chain = chain}));
  return seen;
}

TEST(SqsReceivedTest, TheTraceHeaderIsOneOfTheFields) {
  const std::string attributes = R"("MessageAttributes":{"a":{"DataType":"String","StringValue":)"
                                 R"("1"},"b":1,"x-Amzn-Trace-Id":{"DataType":"String",)"
                                 R"("StringValue":"inner"}})";
  const Seen without = seen_in("{" + attributes + "}");
  EXPECT_EQ(without.names, (Texts{"a", "b", "x-Amzn-Trace-Id"}));
  EXPECT_EQ(without.values, Texts{"inner"});
  const std::string whole = "{" + attributes + R"(,"Attributes":{"AWSTraceHeader":"outer"}})";
  const Seen with = seen_in(whole);
  EXPECT_EQ(with.names, (Texts{"x-amzn-trace-id", "a", "b", "x-Amzn-Trace-Id"}));
  EXPECT_EQ(with.values, Texts{"outer"});
  EXPECT_EQ(seen_in(whole, 1).names, Texts{"x-amzn-trace-id"});
  EXPECT_EQ(seen_in(whole, 2).names, (Texts{"x-amzn-trace-id", "a"}));
  EXPECT_EQ(seen_in("{" + attributes + "}", 1).names, Texts{"a"});
}

TEST(SqsReceivedTest, OfTheListsOfAMessageTheFirstCounts) {
  const std::string first = R"({"MessageAttributes":{"a":1},"Attributes":{"AWSTraceHeader":"1"},)";
  const std::string second = R"("messageAttributes":{"a":1,"b":1},"attributes":)"
                             R"({"AWSTraceHeader":"2"},"body":""})";
  const Seen seen = seen_in(first + second);
  EXPECT_EQ(seen.names, (Texts{"x-amzn-trace-id", "a"}));
  EXPECT_EQ(seen.values, Texts{"1"});
  EXPECT_EQ(seen_in("{" + second).names, (Texts{"x-amzn-trace-id", "a", "b"}));
  EXPECT_EQ(seen_in(first + R"("Sns":{"MessageAttributes":{"a":1,"c":1}}})").names,
            (Texts{"x-amzn-trace-id", "a"}));
}

}  // namespace
