// SPDX-License-Identifier: Apache-2.0
#include "baton/detail/known_fields.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "baton/detail/ascii.hpp"
#include "baton/registry.hpp"
#include "common_request_fields.hpp"

namespace baton::detail {
namespace {

KnownFields fields_of(const FormatTraits& format) {
  KnownFields known;
  for (const auto& names : {format.fields, format.also_reads}) {
    for (const std::string_view name : names) known.add(name, 1);
  }
  for (const std::string_view prefix : format.prefixes) known.add_prefix(prefix, 1);
  return known;
}

TEST(KnownFieldsTest, NothingOfWhatRequestsUsuallyBringIsKnown) {
  for (const RegisteredPropagator& format : registered_propagators()) {
    const KnownFields known = fields_of(format.traits);
    for (const std::string_view name : test::common_request_fields) {
      EXPECT_EQ(known.readers_of(name), 0U) << format.traits.name << ": " << name;
    }
  }
}

// Each one costs a request more than a look at a table.
TEST(KnownFieldsTest, TellsNearlyAllOfThemApartByTheTable) {
  KnownFields known;
  for (const RegisteredPropagator& format : registered_propagators()) {
    for (const std::string_view name : format.traits.fields) known.add(name, 1);
  }
  const auto has_slot = [&](std::string_view name) {
    return known.slot_of(name) != KnownFields::none;
  };
  EXPECT_LE(std::ranges::count_if(test::common_request_fields, has_slot), 16);
}

TEST(KnownFieldsTest, KnowsEachFieldInAnyCaseAndAsAVariable) {
  for (const RegisteredPropagator& format : registered_propagators()) {
    const KnownFields known = fields_of(format.traits);
    const auto expect_known = [&](std::string name) {
      EXPECT_EQ(known.readers_of(name), 1U) << format.traits.name << ": " << name;
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      EXPECT_EQ(known.readers_of(name), 1U) << format.traits.name << ": " << name;
      std::ranges::replace(name, '-', '_');
      EXPECT_EQ(known.readers_of(name), 1U) << format.traits.name << ": " << name;
    };
    for (const auto& names : {format.traits.fields, format.traits.also_reads}) {
      for (const std::string_view name : names) expect_known(std::string(name));
    }
    for (const std::string_view prefix : format.traits.prefixes) {
      for (std::size_t more = 0; more < 80; ++more) {
        expect_known(std::string(prefix) + std::string(more, 'k'));
      }
    }
  }
}

TEST(KnownFieldsTest, KnowsNamesOfEverySize) {
  for (std::size_t size = 0; size < 150; ++size) {
    const std::string name(size, 'n');
    KnownFields known;
    known.add(name, 1);
    EXPECT_EQ(known.readers_of(name), 1U);
    EXPECT_EQ(known.readers_of(name + 'n'), 0U);
    known.add_prefix(name, 2);
    EXPECT_EQ(known.readers_of(name), 3U);
    EXPECT_EQ(known.readers_of(name + "-and-more"), 2U);
  }
}

TEST(KnownFieldsTest, ANameWithAPrefixHasBothReaders) {
  KnownFields known;
  known.add("x-before", 1);
  known.add_prefix("x-", 2);
  known.add("x-after", 4);
  known.add("other", 8);
  EXPECT_EQ(known.readers(0), 3U);
  EXPECT_EQ(known.readers(1), 6U);
  EXPECT_EQ(known.readers(2), 8U);
  EXPECT_EQ(known.readers_by_prefix("X-Unknown"), 2U);
  EXPECT_EQ(known.readers_by_prefix("unknown"), 0U);
}

TEST(KnownFieldsTest, NumbersEachNameOnce) {
  KnownFields known;
  known.add("x-b3-traceid", 1);
  known.add("x-b3-sampled", 1);  // the same size and beginning
  known.add("x-b3-traceid", 2);
  EXPECT_EQ(known.find(std::string("x-b3-traceid")), 0U);  // the text is not that of `add`
  EXPECT_EQ(known.find("x-b3-sampled"), 1U);
  EXPECT_EQ(known.readers(0), 3U);
  EXPECT_EQ(known.find("x-b3-traceid-"), KnownFields::none);
  EXPECT_EQ(known.find("X-B3-TraceId"), KnownFields::none);
  EXPECT_EQ(known.find("X-B3-TraceId", known.slot_of("X-B3-TraceId"), equals_ignoring_case), 0U);
}

}  // namespace
}  // namespace baton::detail
