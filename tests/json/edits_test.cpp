// SPDX-License-Identifier: Apache-2.0
#include "json/edits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace baton::json {
namespace {

using Changes = std::initializer_list<std::string_view>;

/// "a=1" sets a member, "-a" erases it.
void change(Edits& edits, Changes changes) {
  for (const std::string_view change : changes) {
    if (change.front() == '-') {
      edits.erase(change.substr(1));
    } else {
      const std::size_t equals = change.find('=');
      edits.set(change.substr(0, equals), change.substr(equals + 1));
    }
  }
}

void edit(std::string& text, Changes changes) {
  Scanner scanner(text);
  Object object;
  EXPECT_TRUE(object.read(scanner));
  Splice splice;
  Edits edits(object, splice);
  change(edits, changes);
  edits.write();
  splice.apply(text);
}

/// The changed text, the same whether it has room to grow or not. It is not moved if it has room,
/// and else has no more than it needs.
std::string edited(std::string text, Changes changes) {
  std::string in_place = text;
  in_place.reserve(text.size() + 10000);
  const char* const place = in_place.data();
  edit(in_place, changes);
  EXPECT_EQ(in_place.data(), place);
  text.shrink_to_fit();
  const std::size_t room = text.capacity();
  std::string exact = text;
  edit(text, changes);
  exact.reserve(text.size());
  const char* const exact_place = exact.data();
  edit(exact, changes);
  EXPECT_EQ(exact.data(), exact_place);
  EXPECT_EQ(exact, text) << "with just enough room";
  EXPECT_LE(text.capacity(), std::max(room, text.size() + 15));
  EXPECT_EQ(in_place, text) << "in place and anew";
  return text;
}

TEST(JsonEditsTest, SetKeepsThePlaceAndAddsBehind) {
  EXPECT_EQ(edited("{}", {"a=1"}), R"({"a":"1"})");
  EXPECT_EQ(edited("{ }", {"a=1", "b=2"}), R"({"a":"1","b":"2" })");
  EXPECT_EQ(edited(R"({"x" : 1.0 })", {"a=1"}), R"({"x" : 1.0,"a":"1" })");
  EXPECT_EQ(edited(R"({"x":1, "a" : [1, 2], "y":2})", {"a=1"}), R"({"x":1, "a" : "1", "y":2})");
  EXPECT_EQ(edited("{}", {"a=1", "b=2", "a=3"}), R"({"a":"3","b":"2"})");
  EXPECT_EQ(edited("{}", {"a=1", "b=2", "b=3"}), R"({"a":"1","b":"3"})");
  EXPECT_EQ(edited(R"({"a":1})", {"a=1", "a=\"2\n"}), "{\"a\":\"\\\"2\\u000a\"}");
}

TEST(JsonEditsTest, EraseTakesOneComma) {
  constexpr std::string_view three = R"({ "a": 1, "b": 2, "c": 3 })";
  EXPECT_EQ(edited(std::string(three), {"-a"}), R"({ "b": 2, "c": 3 })");
  EXPECT_EQ(edited(std::string(three), {"-b"}), R"({ "a": 1, "c": 3 })");
  EXPECT_EQ(edited(std::string(three), {"-c"}), R"({ "a": 1, "b": 2 })");
  EXPECT_EQ(edited(std::string(three), {"-a", "-b"}), R"({ "c": 3 })");
  EXPECT_EQ(edited(std::string(three), {"-b", "-c"}), R"({ "a": 1 })");
  EXPECT_EQ(edited(std::string(three), {"-c", "-a"}), R"({ "b": 2 })");
  EXPECT_EQ(edited(std::string(three), {"-a", "-b", "-c"}), "{  }");
  EXPECT_EQ(edited(std::string(three), {"-a", "-b", "-c", "d=4"}), R"({ "d":"4" })");
  EXPECT_EQ(edited(std::string(three), {"-a", "b=", "d=4"}), R"({ "b": "", "c": 3,"d":"4" })");
  EXPECT_EQ(edited(std::string(three), {"-x"}), three);
  EXPECT_EQ(edited(std::string(three), {"-a", "a=1"}), R"({ "a": "1", "b": 2, "c": 3 })");
  EXPECT_EQ(edited(std::string(three), {"d=1", "e=2", "-d"}),
            R"({ "a": 1, "b": 2, "c": 3,"e":"2" })");
  EXPECT_EQ(edited(std::string(three), {"d=1", "-d", "e=2", "d=3"}),
            R"({ "a": 1, "b": 2, "c": 3,"d":"3","e":"2" })");
  const std::string long_text(5000, 'x');
  EXPECT_EQ(edited(std::string(three), {"-a", "c=" + long_text}),
            R"({ "b": 2, "c": ")" + long_text + "\" }");
}

TEST(JsonEditsTest, NamesAreFoundAsTheyAreDecoded) {
  EXPECT_EQ(edited("{}", {"\"\n=1", "b=2", "\"\n=3"}), R"({"\"\u000a":"3","b":"2"})");
  EXPECT_EQ(edited("{}", {"\"=1", "-\"", "b=2"}), R"({"b":"2"})");
  EXPECT_EQ(edited(R"({"\u0061":1, "\u0041":2})", {"a=3"}), R"({"\u0061":"3"})");
  EXPECT_EQ(edited(R"({"a":1, "b":2})", {"-a", "=3"}), R"({"b":2,"":"3"})");
}

/// The text, with changes to its members "first" and "second", which are objects, null or absent,
/// and with others to itself.
std::string nested(std::string text, Changes inner, Changes outer = {}) {
  Scanner scanner(text);
  Object object;
  Object first;
  Object second;
  EXPECT_TRUE(object.read(scanner, [&](std::string_view name, Value& value) {
    if (name == "first") return first.read_or_null(scanner, value);
    return name == "second" ? second.read_or_null(scanner, value) : scanner.read(value);
  }));
  Splice splice;
  Edits edits(object, splice);
  Edits of_first(first, splice);
  Edits of_second(second, splice);
  edits.nest("first", of_first);
  edits.nest("second", of_second);
  change(of_first, inner);
  change(of_second, inner);
  change(edits, outer);
  edits.write();
  splice.apply(text);
  return text;
}

TEST(JsonEditsTest, ObjectsInAnObjectAreWrittenWithItOrMade) {
  const Changes sets = {"a=1", "-b"};
  const Changes erases = {"-b"};
  const std::string both = R"("first":{"a":"1"},"second":{"a":"1"})";
  EXPECT_EQ(nested("{ }", sets), "{" + both + " }");
  EXPECT_EQ(nested(R"({"x":0 })", sets), R"({"x":0,)" + both + " }");
  EXPECT_EQ(nested(R"({"second": null, "x":0})", sets),
            R"({"second": {"a":"1"}, "x":0,"first":{"a":"1"}})");
  EXPECT_EQ(nested(R"({"second": {"b":2, "c":3}, "first": {}})", sets),
            R"({"second": {"c":3,"a":"1"}, "first": {"a":"1"}})");
  EXPECT_EQ(nested(R"({"second": {"b":2}, "first": null})", erases),
            R"({"second": {}, "first": null})");
  EXPECT_EQ(nested("{ }", erases), "{ }");
}

TEST(JsonEditsTest, AnObjectIsMadeIfAMemberOfItRemainsSet) {
  constexpr std::string_view null_and_absent = R"({"first": null, "x": 0})";
  EXPECT_EQ(nested(std::string(null_and_absent), {"a=1", "-a"}), null_and_absent);
  EXPECT_EQ(nested(std::string(null_and_absent), {"a=1", "-a", "b=2"}),
            R"({"first": {"b":"2"}, "x": 0,"second":{"b":"2"}})");
}

TEST(JsonEditsTest, AMemberThatIsChangedItselfIsNotWrittenAsAnObject) {
  EXPECT_EQ(nested(R"({"first": {"b":2}, "x":0})", {"-b"}, {"first=1"}),
            R"({"first": "1", "x":0})");
  EXPECT_EQ(nested(R"({"first": {"b":2}, "x":0})", {"-b"}, {"-first"}), R"({"x":0})");
}

TEST(JsonEditsTest, ErasesWhatIsUnwantedToTheLastMember) {
  std::string text = "{";
  for (int i = 0; i < 32; ++i) text += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":1";
  text += '}';
  Scanner scanner(text);
  Object object;
  ASSERT_TRUE(object.read(scanner));
  Splice splice;
  Edits edits(object, splice);
  edits.erase_if([](std::string_view name) { return name != "n7"; });
  EXPECT_EQ(edits.untouched(), 1U);
  edits.write();
  splice.apply(text);
  EXPECT_EQ(text, R"({"n7":1})");
}

TEST(JsonEditsTest, AllChangesAreLookedAtAndNothingBehindThem) {
  for (const int count : {24, 25}) {  // as many as need no allocation, and one more
    std::string text = "{}";
    Scanner scanner(text);
    Object object;
    Object absent;
    ASSERT_TRUE(object.read(scanner));
    Splice splice;
    Edits edits(object, splice);
    Edits of_absent(absent, splice);
    edits.nest("absent", of_absent);
    std::string expected = "{";
    for (int i = 0; i < count; ++i) {
      const std::string name = "n" + std::to_string(i);
      of_absent.set(name, "1");
      of_absent.erase(name);
      edits.set(name, "1");
      expected += (i == 0 ? "\"" : ",\"") + name + "\":\"1\"";
    }
    edits.write();
    splice.apply(text);
    EXPECT_EQ(text, expected + "}");
  }
}

}  // namespace
}  // namespace baton::json
