// SPDX-License-Identifier: Apache-2.0
#include "text/parts.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace baton::detail {
namespace {

TEST(PartsTest, AreAllBetweenSeparatorsEmptyOnesToo) {
  using Parts = std::vector<std::string_view>;
  struct Row {
    std::string_view text;
    Parts parts;
  };
  for (const Row& row : {Row{"", {""}}, Row{"a", {"a"}}, Row{";", {"", ""}},
                         Row{"a;b,c", {"a", "b,c"}}, Row{";a;;b ;", {"", "a", "", "b ", ""}}}) {
    Parts parts;
    for_each_part(row.text, ';', [&](std::string_view part) { parts.push_back(part); });
    EXPECT_EQ(parts, row.parts) << row.text;
  }
}

}  // namespace
}  // namespace baton::detail
