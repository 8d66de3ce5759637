// SPDX-License-Identifier: Apache-2.0
#include "tools/fields.hpp"

#include <gtest/gtest.h>

#include <array>

namespace baton::tool {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

Pairs pairs_of(std::string_view lines) {
  Pairs pairs;
  const auto fields = parse_fields(lines);
  EXPECT_TRUE(fields) << (fields ? "" : fields.error());
  if (fields) {
    for (const Field& field : fields->all()) pairs.emplace_back(field.name, field.value);
  }
  return pairs;
}

TEST(ParseFields, CutsAtTheFirstColonAndOneSpace) {
  EXPECT_EQ(pairs_of(""), Pairs{});
  EXPECT_EQ(pairs_of("a: b"), (Pairs{{"a", "b"}}));
  EXPECT_EQ(pairs_of("a:b:c\nA :  b \r\n:\n"), (Pairs{{"a", "b:c"}, {"A ", " b \r"}, {"", ""}}));
  EXPECT_EQ(pairs_of("a:\tb\n\nnot read"), (Pairs{{"a", "\tb"}}));
  EXPECT_EQ(pairs_of(std::string_view("a\0: \0\n", 6)),
            (Pairs{{std::string_view("a\0", 2), std::string_view("\0", 1)}}));
}

TEST(ParseFields, NamesTheLine) {
  EXPECT_EQ(parse_fields("a: b\nc\n").error(), "line 2 has no colon");
}

TEST(Fields, IsACarrier) {
  const Fields fields = parse_fields("A: 1\nb: 2\na: 3\n").value();
  const CarrierReader reader(fields);
  EXPECT_EQ(reader.get("a"), "1");
  EXPECT_EQ(reader.get("B"), "2");
  EXPECT_EQ(reader.get("c"), std::nullopt);
  EXPECT_EQ(reader.get("["), std::nullopt);

  std::vector<std::string_view> seen;
  const auto all = [&seen](std::string_view text) { return seen.push_back(text), true; };
  const auto one = [&seen](std::string_view text) { return seen.push_back(text), false; };
  reader.get_all("a", all);
  reader.get_all("a", one);
  reader.keys(all);
  reader.keys(one);
  EXPECT_EQ(seen, (std::vector<std::string_view>{"1", "3", "1", "A", "b", "a", "A"}));
}

TEST(FieldWriter, ReplacesAndErasesAndSorts) {
  FieldWriter writer;
  writer.set("other", "1");
  writer.set("b", "2");
  writer.set("a", "3");
  writer.set("another", "4");
  writer.set("B", "5");
  writer.set("gone", "6");
  writer.erase("GONE");
  writer.set("b", "7");
  EXPECT_EQ(writer.lines(std::array<std::string_view, 2>{"a", "b"}),
            "a: 3\nb: 7\nother: 1\nanother: 4\n");
}

}  // namespace
}  // namespace baton::tool
