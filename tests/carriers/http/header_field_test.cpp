// SPDX-License-Identifier: Apache-2.0
#include "baton/carriers/http_field.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using baton::http::is_field_name;
using baton::http::is_field_value;

static_assert(is_field_value("a long value\twith a tab"));
static_assert(!is_field_value("a long value with\na line break"));
static_assert(is_field_name("traceparent") && !is_field_name("trace parent"));

bool is_plainly_a_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte > 31 && byte != 127);
  });
}

bool is_plainly_a_name(std::string_view name) {
  constexpr std::string_view token =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(token) == std::string_view::npos;
}

TEST(HeaderField, ValuesAreAsThePlainTwinSays) {
  for (std::size_t size = 0; size <= 33; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      // A tab leads to a look at each of eight characters.
      for (const char other : {'v', '\t', '\xff'}) {
        std::string value(size, other);
        for (int byte = 0; byte < 256; ++byte) {
          value[at] = static_cast<char>(byte);
          ASSERT_EQ(is_field_value(value), is_plainly_a_value(value))
              << "byte " << byte << " at " << at << " of " << size;
        }
      }
    }
  }
  EXPECT_TRUE(is_field_value(""));
  EXPECT_TRUE(is_field_value({}));
}

TEST(HeaderField, NamesAreAsThePlainTwinSays) {
  for (std::size_t size = 0; size <= 9; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string name(size, 'n');
      for (int byte = 0; byte < 256; ++byte) {
        name[at] = static_cast<char>(byte);
        ASSERT_EQ(is_field_name(name), is_plainly_a_name(name)) << "byte " << byte << " at " << at;
      }
    }
  }
  EXPECT_FALSE(is_field_name(""));
}

}  // namespace
