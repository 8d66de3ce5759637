// SPDX-License-Identifier: Apache-2.0
#include "json/scanner.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "json/number.hpp"
#include "json/object.hpp"
#include "json/plain_text.hpp"
#include "support/fields.hpp"

namespace baton::json {
namespace {

using namespace std::string_view_literals;

/// A step succeeds if there is no error after it. It is a parameter, so that it comes before the
/// look at the error: of the arguments of EXPECT_EQ either may be the first.
void expect_no_error_if(bool succeeds, const Scanner& scanner) {
  EXPECT_EQ(succeeds, !scanner.failed());
}

ParseError scan(std::string_view text) {
  const test::ExactText exact(text);
  Scanner scanner(exact.view());
  Value value;
  SCOPED_TRACE(::testing::PrintToString(text));
  expect_no_error_if(scanner.read(value), scanner);
  expect_no_error_if(scanner.finish(), scanner);
  return scanner.error();
}

/// Reads a value by steps into every object and array. No step succeeds after an error.
void step_through(Scanner& scanner) {
  Value value;
  switch (scanner.peek()) {
    case '{':
      expect_no_error_if(scanner.enter_object(), scanner);
      while (scanner.next_member(value)) {
        ASSERT_FALSE(scanner.failed());
        step_through(scanner);
      }
      return;
    case '[':
      expect_no_error_if(scanner.enter_array(), scanner);
      while (scanner.next_element()) {
        ASSERT_FALSE(scanner.failed());
        step_through(scanner);
      }
      return;
    default: expect_no_error_if(scanner.read(value), scanner);
  }
}

ParseError scan_by_steps(std::string_view text) {
  const test::ExactText exact(text);
  Scanner scanner(exact.view());
  SCOPED_TRACE(::testing::PrintToString(text));
  step_through(scanner);
  expect_no_error_if(scanner.finish(), scanner);
  return scanner.error();
}

struct Bad {
  std::string_view text;
  ErrorCode code;
  std::size_t offset;
};

constexpr Bad bad[] = {
    {"", ErrorCode::too_short, 0},
    {" \t\r\n", ErrorCode::too_short, 4},
    {"\0"sv, ErrorCode::bad_value, 0},
    {"\xEF\xBB\xBF{}", ErrorCode::bad_value, 0},
    {"{} x", ErrorCode::too_long, 3},
    {"{}{}", ErrorCode::too_long, 2},
    {"{", ErrorCode::too_short, 1},
    {"{\"a\"", ErrorCode::too_short, 4},
    {"{\"a\":", ErrorCode::too_short, 5},
    {"{\"a\":1", ErrorCode::too_short, 6},
    {"{\"a\":1,", ErrorCode::too_short, 7},
    {"{\"a\":1,}", ErrorCode::bad_key, 7},
    {"{,}", ErrorCode::bad_key, 1},
    {"{1:2}", ErrorCode::bad_key, 1},
    {"{\"a\" 1}", ErrorCode::bad_delimiter, 5},
    {"{\"a\":1 \"b\":2}", ErrorCode::bad_delimiter, 7},
    {"{\"a\":1]", ErrorCode::bad_delimiter, 6},
    {"[", ErrorCode::too_short, 1},
    {"[1", ErrorCode::too_short, 2},
    {"[1,", ErrorCode::too_short, 3},
    {"[1,]", ErrorCode::bad_value, 3},
    {"[1}", ErrorCode::bad_delimiter, 2},
    {"]", ErrorCode::bad_value, 0},
    {"nul", ErrorCode::too_short, 3},
    {"nulL", ErrorCode::bad_value, 3},
    {"[fals", ErrorCode::too_short, 5},
    {"\x7f"
     "1",
     ErrorCode::bad_value, 0},
    {"True", ErrorCode::bad_value, 0},
    {"NaN", ErrorCode::bad_value, 0},
    {"Infinity", ErrorCode::bad_value, 0},
    {"-Infinity", ErrorCode::bad_number, 1},
    {"-", ErrorCode::too_short, 1},
    {"01", ErrorCode::bad_number, 1},
    {"-01", ErrorCode::bad_number, 2},
    {"+1", ErrorCode::bad_value, 0},
    {".5", ErrorCode::bad_value, 0},
    {"1.", ErrorCode::too_short, 2},
    {"1e", ErrorCode::too_short, 2},
    {"[1.]", ErrorCode::bad_number, 3},
    {"[1e]", ErrorCode::bad_number, 3},
    {"[1e+]", ErrorCode::bad_number, 4},
    {"0x10", ErrorCode::too_long, 1},
    {"[1e309]", ErrorCode::bad_number, 1},
    {"[-1e309]", ErrorCode::bad_number, 1},
    {"[1e+309]", ErrorCode::bad_number, 1},
    {"\"abc", ErrorCode::too_short, 4},
    {"\"a\nb\"", ErrorCode::bad_value, 2},
    {"\"a\0b\""sv, ErrorCode::bad_value, 2},
    {"\"0123456789abcdef0123456789abcdef\t\"", ErrorCode::bad_value, 33},
    {"\"\\", ErrorCode::too_short, 2},
    {"\"\\x\"", ErrorCode::bad_value, 2},
    {"\"\\u12g4\"", ErrorCode::bad_value, 5},
    {"\"\\u12", ErrorCode::too_short, 5},
    {"\"ab\\udc00\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800x\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800", ErrorCode::too_short, 9},
    {"\"ab\\ud800\\", ErrorCode::too_short, 10},
    {"\"ab\\ud800\\u00", ErrorCode::too_short, 13},
    {"\"ab\\ud800\\udc0", ErrorCode::too_short, 14},
    {"\"ab\\ud800\\uzz00\"", ErrorCode::bad_value, 11},
    {"\"ab\\ud800\\uffff\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\\n\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\\ud800\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\\u0041\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\\udbff\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\\ue000\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\udc00\\udc00\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\udfff\"", ErrorCode::bad_utf8, 3},
    {"\"a\xFF\"", ErrorCode::bad_utf8, 2},
    {"\"a\xFF", ErrorCode::bad_utf8, 2},
    {"\"\xC3\xA9", ErrorCode::too_short, 3},
    {"\"a\x80\"", ErrorCode::bad_utf8, 2},
    {"\"a\xC0\xAF\"", ErrorCode::bad_utf8, 2},
    {"\"a\xED\xA0\x80\"", ErrorCode::bad_utf8, 2},
    {"\"a\xF4\x90\x80\x80\"", ErrorCode::bad_utf8, 2},
    {"\"a\xF4\x7F\x80\x80\"", ErrorCode::bad_utf8, 2},
    {"\"a\xED\x7F\x80\"", ErrorCode::bad_utf8, 2},
    {"\"a\xE1\x80\x7F\"", ErrorCode::bad_utf8, 2},
    {"\"\xC3\xA9\xE2\x82\"", ErrorCode::bad_utf8, 3},
    {"\"a\xE2\x82", ErrorCode::too_short, 4},
    {"\"a\xE2\x82\xAC", ErrorCode::too_short, 5},
    {"{\"\xFF\":1}", ErrorCode::bad_utf8, 2},
    {"{\"a\":{\"b\":[{\"c\":tru}]}}", ErrorCode::bad_value, 19},
    {"'a'", ErrorCode::bad_value, 0},
    {"[1 /* no */]", ErrorCode::bad_delimiter, 3},
};

TEST(JsonScannerTest, TellsWhatIsWrongAndWhere) {
  for (const auto& [text, code, offset] : bad) {
    EXPECT_EQ(scan(text), ParseError(code, offset))
        << text << ": " << scan(text).message() << ", not " << ParseError(code, offset).message();
    EXPECT_EQ(scan_by_steps(text), ParseError(code, offset)) << text;
  }
}

TEST(JsonScannerTest, TakesWhatTheGrammarHas) {
  for (const std::string_view text : {"null",
                                      " true ",
                                      "false",
                                      "0",
                                      "-0",
                                      "-0.0e-0",
                                      "1E+2",
                                      "123.456e-7",
                                      "\"\"",
                                      "{}",
                                      "[]",
                                      "[ ]",
                                      "[  1  ,  2  ]",
                                      "{ }",
                                      "[ { \"a\" : 1 , \"b\" : 2 } ]",
                                      "[[],{},[[]]]",
                                      "{\"a\":{},\"a\":[]}",
                                      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
                                      "\"\\ud83d\\ude00\"",
                                      "\"\x7f\"",
                                      "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"",
                                      "\t{\r\n\"a\" : [ 1 , 2 ] }\n",
                                      "1e308",
                                      "1.7976931348623157e308",
                                      "1e-999999999999",
                                      "0e99999999999999999999999",
                                      "12345678901234567890123456789012345678901234567890"}) {
    EXPECT_EQ(scan(text), ParseError()) << text << ": " << scan(text).message();
    EXPECT_EQ(scan_by_steps(text), ParseError()) << text;
  }
}

TEST(JsonScannerTest, NumbersBeyondDoubleAreTooGreat) {
  EXPECT_TRUE(fits_double("1.797693134862315807e308"));
  EXPECT_FALSE(fits_double("1.797693134862315808e308"));
  EXPECT_FALSE(fits_double("2e308"));
  EXPECT_TRUE(fits_double("0.00002e312"));
  EXPECT_FALSE(fits_double("0.00002e313"));
  EXPECT_TRUE(fits_double("17.97693134862315807e307"));
  EXPECT_FALSE(fits_double("17.97693134862315808e307"));
  EXPECT_TRUE(fits_double(std::string(309, '1')));
  EXPECT_FALSE(fits_double(std::string(309, '2')));
  EXPECT_FALSE(fits_double(std::string(310, '1')));
  EXPECT_TRUE(fits_double("0." + std::string(400, '0') + "1e700"));
  EXPECT_FALSE(fits_double("0." + std::string(400, '0') + "1e710"));
  EXPECT_TRUE(fits_double("0." + std::string(1000, '9')));
  EXPECT_FALSE(fits_double("1e" + std::string(100, '9')));
  EXPECT_TRUE(fits_double("1e-" + std::string(100, '9')));
  EXPECT_EQ(scan(std::string(309, '1')), ParseError());
  EXPECT_EQ(scan(std::string(309, '2')), ParseError(ErrorCode::bad_number, 0));
  EXPECT_EQ(scan(std::string(310, '1')), ParseError(ErrorCode::bad_number, 0));
}

TEST(JsonScannerTest, NestsToALimitAndNoFurther) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(scan(nested(max_depth)), ParseError());
  EXPECT_EQ(scan(nested(max_depth + 1)), ParseError(ErrorCode::too_deep, max_depth));
  EXPECT_EQ(scan(nested(100000)), ParseError(ErrorCode::too_deep, max_depth));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_EQ(scan(objects), ParseError(ErrorCode::too_deep, 5 * max_depth));

  const std::string inner = nested(max_depth);
  const std::string text = "{\"a\":" + inner + "}";
  Object object;
  Scanner deep(text);
  EXPECT_FALSE(object.read(deep));
  EXPECT_EQ(deep.error(), ParseError(ErrorCode::too_deep, 5 + max_depth - 1));
}

TEST(JsonScannerTest, WhatHasEndedIsNoLevel) {
  std::string text = "[";
  for (std::size_t i = 0; i < max_depth; ++i) text += "[],{},";
  text += "0]";
  EXPECT_EQ(scan(text), ParseError());
  EXPECT_EQ(scan_by_steps(text), ParseError());
}

TEST(JsonScannerTest, EveryLevelIsClosedByItsOwnBracket) {
  for (const std::size_t depth : {1U, 2U, 63U, 64U, 65U, 127U, 128U, 129U, 500U, 1023U, 1024U}) {
    std::string text;
    std::string closing;
    for (std::size_t i = 0; i < depth; ++i) {
      const bool is_object = (i * i / 7 + i) % 3 != 0;
      text += is_object ? "{\"a\":" : "[";
      closing += is_object ? '}' : ']';
    }
    text += '1';
    const std::size_t inside = text.size();
    text.append(closing.rbegin(), closing.rend());
    EXPECT_EQ(scan(text), ParseError()) << depth;
    for (std::size_t at = inside; at < text.size(); at += 5) {
      std::string wrong = text;
      wrong[at] = wrong[at] == '}' ? ']' : '}';
      EXPECT_EQ(scan(wrong), ParseError(ErrorCode::bad_delimiter, at)) << depth;
    }
  }
}

TEST(JsonScannerTest, EveryPlaceOfASpecialCharacterIsFound) {
  for (const char special : {'"', '\\', '\x1f', '\0', '\x80', '\xff'}) {
    for (std::size_t size = 0; size < 200; ++size) {
      std::string text(size, '~');
      for (std::size_t at = 0; at <= size; ++at) {
        if (at < size) text[at] = special;
        const test::ExactText exact(text);
        const char* const begin = exact.view().data();
        EXPECT_EQ(find_special(begin, begin + size), begin + at);
        if (at < size) text[at] = ' ';
      }
    }
  }
}

TEST(JsonScannerTest, AnErrorStays) {
  Scanner scanner("[1, x, \xFF");
  Value value;
  ASSERT_TRUE(scanner.enter_array());
  ASSERT_TRUE(scanner.next_element() && scanner.read(value));
  ASSERT_TRUE(scanner.next_element());
  EXPECT_FALSE(scanner.read(value));
  EXPECT_FALSE(scanner.next_element());
  EXPECT_FALSE(scanner.enter_object());
  EXPECT_FALSE(scanner.finish());
  EXPECT_EQ(scanner.error(), ParseError(ErrorCode::bad_value, 4));
}

TEST(JsonScannerTest, NothingIsReadBehindAnErrorOfTheReader) {
  constexpr std::string_view text = R"([1, {"a": 2}])";
  Scanner scanner(text);
  Value value;
  ASSERT_TRUE(scanner.enter_array());
  ASSERT_TRUE(scanner.next_element() && scanner.read(value));
  ASSERT_TRUE(scanner.next_element());
  EXPECT_FALSE(scanner.fail(ErrorCode::duplicate_key, text.data() + 1));
  EXPECT_EQ(scanner.peek(), '\0');
  EXPECT_FALSE(scanner.enter_object());
  EXPECT_FALSE(scanner.next_member(value));
  EXPECT_FALSE(scanner.read(value));
  EXPECT_FALSE(scanner.finish());
  EXPECT_EQ(scanner.error(), ParseError(ErrorCode::duplicate_key, 1));
}

TEST(JsonScannerTest, SaysOfEachValueWhatItIs) {
  constexpr std::string_view text =
      R"({"\n": 1, "a": "\n", "b": true, "\t": null, "c": "x", "d": {"\n": 1}, "e": false, "f": []})";
  struct Expected {
    bool name_has_escapes;
    Type type;
    bool has_escapes;
  };
  Scanner scanner(text);
  Value name;
  EXPECT_EQ(name.type, Type::null);
  EXPECT_FALSE(name.has_escapes);
  Value value;
  ASSERT_TRUE(scanner.enter_object());
  // Whatever was in them is replaced.
  for (const Expected& expected : {Expected{true, Type::number, false},
                                   {false, Type::string, true},
                                   {false, Type::boolean, false},
                                   {true, Type::null, false},
                                   {false, Type::string, false},
                                   {false, Type::object, false},
                                   {false, Type::boolean, false},
                                   {false, Type::array, false}}) {
    ASSERT_TRUE(scanner.next_member(name));
    EXPECT_EQ(name.type, Type::string) << name.text;
    EXPECT_EQ(name.has_escapes, expected.name_has_escapes) << name.text;
    if (expected.type == Type::object) value.has_escapes = true;
    ASSERT_TRUE(scanner.read(value));
    EXPECT_EQ(value.type, expected.type) << value.text;
    EXPECT_EQ(value.has_escapes, expected.has_escapes) << value.text;
  }
  EXPECT_FALSE(scanner.next_member(name));
  EXPECT_TRUE(scanner.finish());
}

TEST(JsonScannerTest, AsksForATypeAndSaysWhenThereIsAnother) {
  for (const std::string_view text : {"[]", "\"a\"", "1", "-1", "true", "null"}) {
    Scanner scanner(text);
    EXPECT_FALSE(scanner.enter_object());
    EXPECT_EQ(scanner.error(), ParseError(ErrorCode::wrong_type, 0)) << text;
  }
  Scanner scanner(" {}");
  EXPECT_FALSE(scanner.enter_array());
  EXPECT_EQ(scanner.error(), ParseError(ErrorCode::wrong_type, 1));
  for (const auto& [text, code, offset] : {Bad{"", ErrorCode::too_short, 0},
                                           {" ", ErrorCode::too_short, 1},
                                           {" x", ErrorCode::bad_value, 1},
                                           {"]", ErrorCode::bad_value, 0}}) {
    const test::ExactText exact(text);
    Scanner other(exact.view());
    EXPECT_FALSE(other.enter_array());
    EXPECT_EQ(other.error(), ParseError(code, offset)) << text;
  }
}

TEST(JsonScannerTest, EntersToALimitAndNoFurther) {
  const std::string text(max_depth + 1, '[');
  Scanner scanner(text);
  for (std::size_t i = 0; i < max_depth; ++i) {
    ASSERT_TRUE(scanner.enter_array());
    ASSERT_TRUE(scanner.next_element());
  }
  EXPECT_FALSE(scanner.enter_array());
  EXPECT_EQ(scanner.error(), ParseError(ErrorCode::too_deep, max_depth));
}

}  // namespace
}  // namespace baton::json
