// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>

#include "json/carrier.hpp"
#include "json/number.hpp"
#include "json/plain_text.hpp"
#include "json/strings.hpp"
#include "support/fields.hpp"
#include "support/utf8.hpp"

namespace baton::json {
namespace {

using namespace std::string_view_literals;

ParseError scan(std::string_view text) {
  const test::ExactText exact(text);
  Scanner scanner(exact.view());
  Value value;
  if (scanner.read(value)) scanner.finish();
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
    {"[1.]", ErrorCode::bad_number, 3},
    {"[1e]", ErrorCode::bad_number, 3},
    {"[1e+]", ErrorCode::bad_number, 4},
    {"0x10", ErrorCode::too_long, 1},
    {"[1e309]", ErrorCode::bad_number, 1},
    {"[-1e309]", ErrorCode::bad_number, 1},
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
    {"\"ab\\ud800\\n\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\\ud800\"", ErrorCode::bad_utf8, 3},
    {"\"ab\\ud800\\u0041\"", ErrorCode::bad_utf8, 3},
    {"\"a\xFF\"", ErrorCode::bad_utf8, 2},
    {"\"a\x80\"", ErrorCode::bad_utf8, 2},
    {"\"a\xC0\xAF\"", ErrorCode::bad_utf8, 2},
    {"\"a\xED\xA0\x80\"", ErrorCode::bad_utf8, 2},
    {"\"a\xF4\x90\x80\x80\"", ErrorCode::bad_utf8, 2},
    {"\"\xC3\xA9\xE2\x82\"", ErrorCode::bad_utf8, 3},
    {"\"a\xE2\x82", ErrorCode::too_short, 4},
    {"{\"\xFF\":1}", ErrorCode::bad_utf8, 2},
    {"{\"a\":{\"b\":[{\"c\":tru}]}}", ErrorCode::bad_value, 19},
    {"'a'", ErrorCode::bad_value, 0},
    {"[1 /* no */]", ErrorCode::bad_delimiter, 3},
};

TEST(JsonScannerTest, TellsWhatIsWrongAndWhere) {
  for (const auto& [text, code, offset] : bad) {
    EXPECT_EQ(scan(text), ParseError(code, offset))
        << text << ": " << scan(text).message() << ", not " << ParseError(code, offset).message();
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
                                      "{ }",
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

TEST(JsonScannerTest, AsksForATypeAndSaysWhenThereIsAnother) {
  for (const std::string_view text : {"[]", "\"a\"", "1", "-1", "true", "null"}) {
    Scanner scanner(text);
    EXPECT_FALSE(scanner.enter_object());
    EXPECT_EQ(scanner.error(), ParseError(ErrorCode::wrong_type, 0)) << text;
  }
  Scanner scanner(" {}");
  EXPECT_FALSE(scanner.enter_array());
  EXPECT_EQ(scanner.error(), ParseError(ErrorCode::wrong_type, 1));
}

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
  EXPECT_EQ(read.object.text_of(read.object.index_of("c\n")), "\xC3\xA9\"");
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

TEST(JsonStringsTest, DecodeAndQuote) {
  const auto decoded = [](std::string_view inside) {
    std::string text;
    append_decoded(inside, text);
    return text;
  };
  EXPECT_EQ(decoded("plain"), "plain");
  EXPECT_EQ(decoded(R"(a\"\\\/\b\f\n\r\tz)"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(decoded(R"(\u0041\u00e9\u20AC\ud83D\uDE00\u0000)"),
            "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\0"sv);

  const auto quoted = [](std::string_view text) {
    std::pmr::string json;
    append_quoted(text, json);
    return std::string(json);
  };
  EXPECT_EQ(quoted("a\"\\/\n\0\x7f\xC3\xA9"sv), "\"a\\\"\\\\/\\u000a\\u0000\x7f\xC3\xA9\"");
  EXPECT_EQ(quoted("a\xE2\x82z\xFF\xED\xA0\x80"),
            "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(quoted("\xE2\x82"), "\"\xEF\xBF\xBD\"");

  EXPECT_EQ(place_of_byte("abc", 2), 2U);
  EXPECT_EQ(place_of_byte(R"(a\nb\u20acc)", 2), 3U);
  EXPECT_EQ(place_of_byte(R"(a\nb\u20acc)", 4), 4U);
  EXPECT_EQ(place_of_byte(R"(a\nb\u20acc)", 6), 10U);
  EXPECT_EQ(place_of_byte("abc", 9), 3U);
}

/// The escape of a unit of UTF-16.
std::string escape_of(unsigned unit, std::string_view digits) {
  std::string escape = "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) escape += digits[unit >> shift & 0xFU];
  return escape;
}

TEST(JsonStringsTest, EveryUnitAndTheEndsOfEveryRangeOfPairsAreDecoded) {
  const auto expect = [](const std::string& inside, char32_t c) {
    const std::string expected = test::utf8(c);
    std::string text;
    append_decoded(inside, text);
    ASSERT_EQ(text, expected) << inside;
    ASSERT_EQ(place_of_byte(inside + "x", expected.size() - 1), 0U) << inside;
    ASSERT_EQ(place_of_byte(inside + "x", expected.size()), inside.size()) << inside;
    ASSERT_EQ(scan("\"" + inside + "\""), ParseError()) << inside;
  };
  for (unsigned unit = 0; unit <= 0xFFFF; unit = unit == 0xD7FF ? 0xE000 : unit + 1) {
    expect(escape_of(unit, unit % 2 == 0 ? "0123456789abcdef" : "0123456789ABCDEF"), unit);
  }
  for (unsigned high = 0xD800; high <= 0xDBFF; ++high) {
    for (const unsigned low : {0xDC00U, 0xDD55U, 0xDFFFU}) {
      const char32_t c = 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00);
      expect(escape_of(high, "0123456789abcdef") + escape_of(low, "0123456789ABCDEF"), c);
    }
  }
}

/// Changes the members of a text: "a=1" sets one, "-a" erases it.
void edit(std::string& text, std::initializer_list<std::string_view> changes) {
  Scanner scanner(text);
  Object object;
  EXPECT_TRUE(object.read(scanner));
  Splice splice;
  Edits edits(object, splice);
  for (const std::string_view change : changes) {
    if (change.front() == '-') {
      edits.erase(change.substr(1));
    } else {
      const std::size_t equals = change.find('=');
      edits.set(change.substr(0, equals), change.substr(equals + 1));
    }
  }
  edits.write();
  splice.apply(text);
}

/// The changed text, the same whether it has room to grow or not.
std::string edited(std::string text, std::initializer_list<std::string_view> changes) {
  std::string in_place = text;
  in_place.reserve(text.size() + 10000);
  edit(in_place, changes);
  text.shrink_to_fit();
  edit(text, changes);
  EXPECT_EQ(in_place, text) << "in place and anew";
  return text;
}

TEST(JsonEditsTest, SetKeepsThePlaceAndAddsBehind) {
  EXPECT_EQ(edited("{}", {"a=1"}), R"({"a":"1"})");
  EXPECT_EQ(edited("{ }", {"a=1", "b=2"}), R"({"a":"1","b":"2" })");
  EXPECT_EQ(edited(R"({"x" : 1.0 })", {"a=1"}), R"({"x" : 1.0,"a":"1" })");
  EXPECT_EQ(edited(R"({"x":1, "a" : [1, 2], "y":2})", {"a=1"}), R"({"x":1, "a" : "1", "y":2})");
  EXPECT_EQ(edited("{}", {"a=1", "b=2", "a=3"}), R"({"a":"3","b":"2"})");
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
}

TEST(JsonEditsTest, ObjectsInAnObjectAreWrittenWithItOrMade) {
  const auto nested = [](std::string text, bool sets) {
    Scanner scanner(text);
    Object outer;
    Object first;
    Object second;
    EXPECT_TRUE(outer.read(scanner, [&](std::string_view name, Value& value) {
      if (name == "first") return first.read_or_null(scanner, value);
      return name == "second" ? second.read_or_null(scanner, value) : scanner.read(value);
    }));
    Splice splice;
    Edits edits(outer, splice);
    Edits of_first(first, splice);
    Edits of_second(second, splice);
    edits.nest("first", of_first);
    edits.nest("second", of_second);
    for (Edits* const inner : {&of_first, &of_second}) {
      if (sets) inner->set("a", "1");
      inner->erase("b");
    }
    edits.write();
    splice.apply(text);
    return text;
  };
  const std::string both = R"("first":{"a":"1"},"second":{"a":"1"})";
  EXPECT_EQ(nested("{ }", true), "{" + both + " }");
  EXPECT_EQ(nested(R"({"x":0 })", true), R"({"x":0,)" + both + " }");
  EXPECT_EQ(nested(R"({"second": null, "x":0})", true),
            R"({"second": {"a":"1"}, "x":0,"first":{"a":"1"}})");
  EXPECT_EQ(nested(R"({"second": {"b":2, "c":3}, "first": {}})", true),
            R"({"second": {"c":3,"a":"1"}, "first": {"a":"1"}})");
  EXPECT_EQ(nested(R"({"second": {"b":2}, "first": null})", false),
            R"({"second": {}, "first": null})");
  EXPECT_EQ(nested("{ }", false), "{ }");
}

}  // namespace
}  // namespace baton::json
