// SPDX-License-Identifier: Apache-2.0
#include "baton/configuration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "baton/registry.hpp"

namespace baton {
namespace {

TEST(MakeChainTest, AnEmptyListIsAnEmptyChain) {
  for (const char* names : {"", " ", ",", " , "}) {
    const ConfiguredChain configured = make_chain(names);
    EXPECT_TRUE(configured.chain.readers().empty()) << names;
    EXPECT_EQ(configured.error, "") << names;
  }
}

TEST(MakeChainTest, TakesThePolicy) {
  EXPECT_EQ(make_chain("b3").chain.policy(), ExtractionPolicy::last_wins);
  EXPECT_EQ(make_chain("b3", ExtractionPolicy::first_match).chain.policy(),
            ExtractionPolicy::first_match);
}

TEST(MakeChainTest, FormatsThatAreReadAndWrittenAreTheSameObjects) {
  const PropagatorChain chain = make_chain("tracecontext,b3").chain;
  EXPECT_TRUE(std::ranges::equal(chain.readers(), chain.writers()));
}

TEST(MakeChainTest, AnUnknownNameIsNamedWithAllKnownOnes) {
  const ConfiguredChain configured = make_chain("b3,smoke-signals");
  EXPECT_EQ(configured.chain.readers().size(), 1U);
  EXPECT_NE(configured.error.find("'smoke-signals'"), std::string::npos) << configured.error;
  for (const RegisteredPropagator& known : registered_propagators()) {
    EXPECT_NE(configured.error.find(known.traits.name), std::string::npos) << known.traits.name;
  }
  EXPECT_EQ(configured.error.find(';'), std::string::npos) << "one thing, one sentence";
}

TEST(MakeChainTest, TheListMayHoldAnyBytes) {
  const ConfiguredChain configured = make_chain(std::string_view("b3,\0,\xff", 6));
  EXPECT_EQ(configured.chain.readers().size(), 1U);
  EXPECT_NE(configured.error, "");
}

TEST(RegistryTest, EachPropagatorKnowsItsName) {
  std::set<std::string_view> names;
  for (const RegisteredPropagator& entry : registered_propagators()) {
    const auto propagator = entry.make({});
    ASSERT_NE(propagator, nullptr) << entry.traits.name;
    EXPECT_EQ(propagator->traits().name, entry.traits.name);
    EXPECT_FALSE(propagator->traits().fields.empty()) << entry.traits.name;
    EXPECT_TRUE(names.insert(entry.traits.name).second) << entry.traits.name;
    EXPECT_EQ(make_chain(entry.traits.name).chain.readers().size(), 1U) << entry.traits.name;
    for (const std::string_view field : propagator->traits().fields) {
      EXPECT_EQ(field.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), std::string_view::npos)
          << field << ": names go out in lower case";
    }
  }
  EXPECT_TRUE(names.contains("tracecontext"));
  EXPECT_TRUE(names.contains("baggage"));
  EXPECT_TRUE(names.contains("b3"));
  EXPECT_TRUE(names.contains("b3multi"));
  EXPECT_FALSE(names.contains("none"));
}

}  // namespace
}  // namespace baton
