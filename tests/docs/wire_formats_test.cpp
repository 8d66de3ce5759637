// SPDX-License-Identifier: Apache-2.0
// The table of docs/wire-formats.md has a row for each format, which agrees with its traits.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "baton/registry.hpp"

namespace {

std::string list(std::span<const std::string_view> names, std::string_view ending = "") {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text.append("`").append(name).append(ending).append("`");
  }
  return text;
}

std::string row_of(const baton::FormatTraits& format) {
  std::string fields = list(format.fields);
  if (!format.prefixes.empty()) fields.append(", ").append(list(format.prefixes, "*"));
  const std::string also = list(format.also_reads);
  std::string row = "| `" + std::string(format.name) + "` | " + fields + " | ";
  row += also.empty() ? "" : also + " ";
  return row.append("| ").append(format.specification).append(" |");
}

TEST(WireFormats, HasARowForEachFormat) {
  const char* const page = std::getenv("WIRE_FORMATS");
  ASSERT_NE(page, nullptr);
  std::ifstream file(page);
  std::vector<std::string> rows;
  bool is_in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| name in")) {
      is_in_table = true;
    } else if (is_in_table && line.empty()) {
      break;
    } else if (is_in_table && !line.starts_with("|---")) {
      rows.push_back(line);
    }
  }
  std::vector<std::string> expected;
  for (const auto& known : baton::registered_propagators()) {
    expected.push_back(row_of(known.traits));
  }
  EXPECT_EQ(rows, expected);
}

}  // namespace
