// SPDX-License-Identifier: Apache-2.0
#include "json/object.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "json/carrier.hpp"
#include "support/count_allocations.hpp"
#include "support/fields.hpp"

namespace baton::json {
namespace {

struct ReadObject {
  explicit ReadObject(std::string_view from) : text(from), scanner(text.view()) {
    if (object.read(scanner)) scanner.finish();
  }
  test::ExactText text;
  Scanner scanner;
  Object object;
};

TEST(JsonObjectTest, FindsItsMembers) {
  const ReadObject read(R"({"a": 1, "b": "x", "": null, "\u0063\n": "\u00e9\"", "d": {"a": 2}})");
  ASSERT_EQ(read.scanner.error(), ParseError());
  EXPECT_EQ(read.object.size(), 5U);
  EXPECT_EQ(read.object.find("a")->value.text, "1");
  EXPECT_EQ(read.object.text_of(read.object.index_of("b")), "x");
  EXPECT_EQ(read.object.text_of(read.object.index_of("a")), std::nullopt);
  EXPECT_EQ(read.object.find("")->value.type, Type::null);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(read.object.text_of(read.object.index_of("c\n")), "\xC3\xA9\"") << i;
  }
  EXPECT_EQ(read.object.find("e"), nullptr);
  EXPECT_EQ(ObjectReader(read.object).get("d"), std::nullopt);
}

TEST(JsonObjectTest, ANameComesOnce) {
  EXPECT_EQ(ReadObject(R"({"a": 1, "b": 2, "a": 3})").scanner.error(),
            ParseError(ErrorCode::duplicate_key, 17));
  EXPECT_EQ(ReadObject(R"({"a": 1, "\u0061": 3})").scanner.error(),
            ParseError(ErrorCode::duplicate_key, 9));
  EXPECT_EQ(ReadObject(R"({"": 1, "": 3})").scanner.error(),
            ParseError(ErrorCode::duplicate_key, 8));
}

TEST(JsonObjectTest, ManyMembers) {
  std::string text = "{";
  constexpr int count = 100000;
  for (int i = 0; i < count; ++i)
    text += "\"name-" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  const std::string doubled = text + "\"name-77777\":0}";
  const std::size_t offset = text.size();
  text.back() = '}';
  const ReadObject read(text);
  ASSERT_EQ(read.scanner.error(), ParseError());
  ASSERT_EQ(read.object.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; i += 997) {
    EXPECT_EQ(read.object.find("name-" + std::to_string(i))->value.text, std::to_string(i));
  }
  EXPECT_EQ(read.object.find("name-" + std::to_string(count)), nullptr);
  EXPECT_EQ(ReadObject(doubled).scanner.error(), ParseError(ErrorCode::duplicate_key, offset));
}

/// As many members as need no allocation.
std::string full_object() {
  std::string text = "{";
  for (int i = 0; i < 32; ++i) text += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":1";
  return text + "}";
}

TEST(JsonObjectTest, AFullOneNeedsNoAllocation) {
  const test::ExactText text(full_object());
  Scanner scanner(text.view());
  Object object;
  const std::size_t before = test::allocations;
  const bool was_read = object.read(scanner);
  EXPECT_EQ(test::allocations, before);
  EXPECT_TRUE(was_read);
  EXPECT_EQ(object.size(), 32U);
  EXPECT_EQ(object.find("x"), nullptr);
}

TEST(JsonObjectTest, AFullOneIsVisitedToItsLastMember) {
  const ReadObject read(full_object());
  std::size_t visits = 0;
  ObjectReader(read.object).visit_wrong_types([&](std::string_view name) {
    EXPECT_EQ(name, "n" + std::to_string(visits++));
  });
  EXPECT_EQ(visits, 32U);
}

TEST(JsonObjectTest, AnObjectOrNullFailsAsItsMembersDo) {
  for (const std::string_view text : {"{\"a\":x}", "{\"a\"}", "{", "nul", "1"}) {
    const test::ExactText exact(text);
    Scanner scanner(exact.view());
    Object object;
    Value value;
    EXPECT_FALSE(object.read_or_null(scanner, value)) << text;
    EXPECT_TRUE(scanner.failed()) << text;
  }
}

}  // namespace
}  // namespace baton::json
