// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <new>
#include <string>

#include "baton/baggage.hpp"
#include "support/numbered.hpp"
#include "support/replaced_allocator.hpp"

namespace baton {
namespace {

constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

thread_local std::size_t allocations = 0;
thread_local std::size_t fails_at = never;

/// Whether the change is made, and not stopped by an allocation that fails.
template <class Change>
bool is_made(std::size_t failing_allocation, Change change) {
  allocations = 0;
  fails_at = failing_allocation;
  bool is_made = true;
  try {
    change();
  } catch (const std::bad_alloc&) {
    is_made = false;
  }
  fails_at = never;
  return is_made;
}

BaggageBuilder builder_of(std::size_t members) {
  BaggageBuilder builder;
  for (std::size_t i = 0; i < members; ++i) EXPECT_TRUE(builder.set(test::numbered("k", i), "v"));
  return builder;
}

TEST(BaggageBuilderMemoryTest, AfterAnAllocationThatFailsAChangeCanBeMade) {
  // Of several sizes, at which one list of the builder or another grows.
  for (std::size_t members = 0; members < 40; ++members) {
    const std::string list = test::numbered_members(members);
    const std::string with_new = list + (list.empty() ? "new=w" : ",new=w");
    bool is_set = false;
    for (std::size_t failing = 0; !is_set; ++failing) {
      for (const bool is_erased : {true, false}) {
        BaggageBuilder builder = builder_of(members);
        is_set = is_made(failing, [&] { EXPECT_TRUE(builder.set("new", "v")); });
        if (is_erased) {
          builder.erase("new");
        } else {
          EXPECT_TRUE(builder.set("new", "w"));
        }
        EXPECT_EQ(builder.build().header(), is_erased ? list : with_new) << members;
      }
    }
  }
}

}  // namespace

bool test::may_allocate(std::size_t) noexcept { return allocations++ != fails_at; }

}  // namespace baton
