// SPDX-License-Identifier: Apache-2.0
#include "core/name_filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "baton/registry.hpp"
#include "common_request_fields.hpp"

namespace baton::detail {
namespace {

NameFilter filter_of(const FormatTraits& format) {
  NameFilter filter;
  for (const auto& names : {format.fields, format.also_reads}) {
    for (const std::string_view name : names) filter.add(name, 1);
  }
  for (const std::string_view prefix : format.prefixes) filter.add_prefix(prefix, 1);
  return filter;
}

// Each false yes costs a request lookups of all fields of a format that it does not have.
TEST(NameFilterTest, HasNoFalseYesForWhatRequestsUsuallyBring) {
  for (const RegisteredPropagator& format : registered_propagators()) {
    const NameFilter filter = filter_of(format.traits);
    for (const std::string_view name : test::common_request_fields) {
      EXPECT_EQ(filter.find(name), 0U)
          << format.traits.name << " is looked for because of " << name;
    }
  }
}

TEST(NameFilterTest, KnowsEachFieldInAnyCaseAndAsAVariable) {
  for (const RegisteredPropagator& format : registered_propagators()) {
    const NameFilter filter = filter_of(format.traits);
    const auto expect_found = [&](std::string name) {
      EXPECT_EQ(filter.find(name), 1U) << format.traits.name << ": " << name;
      std::ranges::transform(name, name.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      EXPECT_EQ(filter.find(name), 1U) << format.traits.name << ": " << name;
      std::ranges::replace(name, '-', '_');
      EXPECT_EQ(filter.find(name), 1U) << format.traits.name << ": " << name;
    };
    for (const auto& names : {format.traits.fields, format.traits.also_reads}) {
      for (const std::string_view name : names) expect_found(std::string(name));
    }
    for (const std::string_view prefix : format.traits.prefixes) {
      for (std::size_t more = 0; more < 80; ++more) {
        expect_found(std::string(prefix) + std::string(more, 'k'));
      }
    }
  }
}

TEST(NameFilterTest, KnowsNamesOfEverySize) {
  for (std::size_t size = 0; size < 80; ++size) {
    const std::string name(size, 'n');
    NameFilter filter;
    filter.add(name, 1);
    EXPECT_EQ(filter.find(name), 1U);
    filter.add_prefix(name, 2);
    EXPECT_EQ(filter.find(name), 3U);
    EXPECT_EQ(filter.find(name + "-and-more") & 2U, 2U);
    if (size < 31) {
      EXPECT_EQ(filter.find(name + 'n') & 1U, 0U);
    }
  }
}

}  // namespace
}  // namespace baton::detail
