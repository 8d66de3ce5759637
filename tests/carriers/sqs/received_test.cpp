// SPDX-License-Identifier: Apache-2.0
// What a propagator sees of a received message.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "baton/baton.hpp"
#include "baton/carriers/sqs.hpp"

namespace {

using Texts = std::vector<std::string>;

struct Seen {
  Texts names;
  Texts trace_headers;
};

/// Looks at the names, up to a number of them, and at all values of one.
class Observer final : public baton::Propagator {
 public:
  Observer(Seen& seen, std::size_t most) : Propagator(traits), seen_(&seen), most_(most) {}

  baton::Extracted extract(baton::CarrierReader carrier, baton::Context&,
                           baton::ExtractReport*) const override {
    carrier.keys([&](std::string_view name) {
      seen_->names.emplace_back(name);
      return seen_->names.size() < most_;
    });
    carrier.get_all(fields[0], [&](std::string_view value) {
      seen_->trace_headers.emplace_back(value);
      return true;
    });
    return baton::Extracted::nothing;
  }
  void inject(const baton::Context&, baton::CarrierWriter) const override {}

 private:
  static constexpr std::array<std::string_view, 1> fields{"x-amzn-trace-id"};
  static constexpr baton::FormatTraits traits{
      .name = "observer", .specification = "", .fields = fields};

  Seen* seen_;
  std::size_t most_;
};

Seen seen_in(std::string_view message, std::size_t most = 100) {
  Seen seen;
  const baton::PropagatorChain chain({std::make_shared<Observer>(seen, most)});
  EXPECT_TRUE(baton::sqs::extract_message(message, {.chain = chain}));
  return seen;
}

TEST(SqsReceivedTest, TheTraceHeaderIsOneOfTheFields) {
  const std::string attributes = R"("MessageAttributes":{"a":{"DataType":"String","StringValue":)"
                                 R"("1"},"b":1,"x-Amzn-Trace-Id":{"DataType":"String",)"
                                 R"("StringValue":"inner"}})";
  const Seen without = seen_in("{" + attributes + "}");
  EXPECT_EQ(without.names, (Texts{"a", "b", "x-Amzn-Trace-Id"}));
  EXPECT_EQ(without.trace_headers, Texts{"inner"});
  const std::string whole = "{" + attributes + R"(,"Attributes":{"AWSTraceHeader":"outer"}})";
  const Seen with = seen_in(whole);
  EXPECT_EQ(with.names, (Texts{"x-amzn-trace-id", "a", "b", "x-Amzn-Trace-Id"}));
  EXPECT_EQ(with.trace_headers, Texts{"outer"});
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
  EXPECT_EQ(seen.trace_headers, Texts{"1"});
  EXPECT_EQ(seen_in("{" + second).names, (Texts{"x-amzn-trace-id", "a", "b"}));
  EXPECT_EQ(seen_in(first + R"("Sns":{"MessageAttributes":{"a":1,"c":1}}})").names,
            (Texts{"x-amzn-trace-id", "a"}));
}

}  // namespace
