// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "baton/testing/rapidcheck.hpp"
#include "laws/envelope_laws.hpp"
#include "laws/sqs_laws.hpp"

namespace {

using baton::testing::Draw;

std::string space(Draw& draw) {
  return draw.one_in(4) ? draw.text_of(" \t\r\n", draw.number(1, 3)) : "";
}

std::string string(Draw& draw) {
  std::string inside;
  for (std::size_t parts = draw.number(0, 3); parts > 0; --parts) {
    switch (draw.number(0, 4)) {
      case 0: inside += draw.text_of("abcXYZ019 /{}[]:,~", draw.number(0, 80)); break;
      case 1: inside += "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"; break;
      case 2: inside += R"(\ud83d\uDE00\u0000)"; break;
      case 3: inside += "\\" + draw.text_of("\"\\/bfnrt", 1); break;
      default: inside += draw.text_of("ab", 1);
    }
  }
  return '"' + inside + '"';
}

std::string number(Draw& draw) {
  std::string text = draw.one_in(3) ? "-" : "";
  text += draw.one_in(3)
              ? "0"
              : draw.text_of("123456789", 1) + draw.text_of("0123456789", draw.number(0, 25));
  if (draw.one_in(3)) text += "." + draw.text_of("0123456789", draw.number(1, 25));
  if (draw.one_in(3)) {
    text += draw.text_of("eE", 1) + (draw.one_in(2) ? draw.text_of("+-", 1) : "");
    text += draw.text_of("0123456789", draw.number(1, 3));
  }
  return text;
}

std::string value(Draw& draw, std::size_t depth);

/// An object with these members among others, in any order; sometimes with null members.
std::string object(Draw& draw, std::vector<std::string> members, std::size_t depth) {
  for (std::size_t more = draw.number(0, 3); more > 0; --more) {
    const std::string name = draw.one_in(9) ? R"("trace\u0070arent")"
                                            : '"' + draw.text_of("abcdef", draw.number(0, 4)) + '"';
    members.push_back(name + space(draw) + ":" + space(draw) + value(draw, depth));
  }
  std::string text = "{" + space(draw);
  bool is_first = true;
  while (!members.empty()) {
    const auto next =
        members.begin() + static_cast<std::ptrdiff_t>(draw.number(0, members.size() - 1));
    text += (is_first ? "" : "," + space(draw)) + *next + space(draw);
    members.erase(next);
    is_first = false;
  }
  return text + "}";
}

std::string value(Draw& draw, std::size_t depth) {
  switch (draw.number(0, depth == 0 ? 2 : 4)) {
    case 0: return string(draw);
    case 1: return number(draw);
    case 2: return draw.one_in(2) ? "null" : draw.one_in(2) ? "true" : "false";
    case 3: return object(draw, {}, depth - 1);
    default: break;
  }
  std::string text = "[" + space(draw);
  for (std::size_t count = draw.number(0, 3); count > 0; --count) {
    text += value(draw, depth - 1) + space(draw) + (count == 1 ? "" : ",");
  }
  return text + "]";
}

/// The name of a field, in some case.
std::string spelled(Draw& draw, std::string name) {
  if (draw.one_in(2)) return name;
  if (draw.one_in(2)) name[0] = static_cast<char>(name[0] - 'a' + 'A');
  if (draw.one_in(3)) name.back() = static_cast<char>(name.back() - 'a' + 'A');
  return name;
}

/// Some of the fields, of the right type or another; sometimes in two spellings.
std::vector<std::string> fields(Draw& draw, std::string_view before, std::string_view after) {
  std::vector<std::string> members;
  std::vector<std::string> names;
  for (const char* name : {"traceparent", "tracestate", "baggage"}) {
    if (!draw.one_in(2)) continue;
    names.push_back(spelled(draw, name));
    const std::string twin = spelled(draw, name);
    if (twin != names.back()) names.push_back(twin);
  }
  for (const std::string& name : names) {
    const std::string text = draw.one_in(2) ? draw.traceparent() : "k=v";
    members.push_back('"' + name + "\":" + space(draw) +
                      (draw.one_in(4)
                           ? value(draw, 1)
                           : std::string(before) + '"' + text + '"' + std::string(after)));
  }
  return members;
}

std::string envelope(Draw& draw) {
  std::vector<std::string> members;
  if (!draw.one_in(4)) {
    std::vector<std::string> headers = fields(draw, "", "");
    if (draw.one_in(6)) headers.push_back(R"("Uberctx-a": "1")");
    if (!draw.one_in(3)) headers.push_back(R"("task": "t")");
    if (draw.one_in(2)) {
      headers.push_back("\"headers\":" + space(draw) +
                        (draw.one_in(4) ? value(draw, 1) : object(draw, fields(draw, "", ""), 1)));
    }
    members.push_back("\"headers\":" + (draw.one_in(6) ? "null" : object(draw, headers, 2)));
  }
  if (!draw.one_in(4)) {
    members.push_back(
        draw.one_in(2)
            ? R"("body": "eyJ0YXNrIjoxLCAia3dhcmdzIjp7fX0=", "properties": {"body_encoding": "base64"})"
            : R"("body": "{\"task\":\"t\"}")");
  }
  return space(draw) + object(draw, members, 3) + space(draw);
}

std::string message(Draw& draw) {
  std::vector<std::string> members;
  if (!draw.one_in(4)) {
    std::vector<std::string> attributes =
        fields(draw, R"({"DataType":"String","StringValue":)", "}");
    for (std::size_t count = draw.one_in(3) ? draw.number(5, 12) : 0; count > 0; --count) {
      attributes.push_back("\"n" + std::to_string(count) +
                           R"(":{"DataType":"Number","StringValue":"1"})");
    }
    members.push_back("\"MessageAttributes\":" +
                      (draw.one_in(6) ? "null" : object(draw, attributes, 0)));
  }
  if (draw.one_in(3)) members.push_back(R"("MessageSystemAttributes": {"AWSTraceHeader": {}})");
  return object(draw, members, 1);
}

std::string request(Draw& draw) {
  if (draw.one_in(2)) return message(draw);
  std::string entries;
  for (std::size_t count = draw.number(0, 3); count > 0; --count) {
    entries += message(draw) + (count == 1 ? "" : ",");
  }
  return object(draw, {"\"Entries\":[" + entries + "]"}, 1);
}

/// A text as a JSON string.
std::string as_string(std::string_view text) {
  std::string string = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') string += '\\';
    string += c;
  }
  return string + '"';
}

/// Attributes with the member names of a transport.
std::string attributes(Draw& draw, std::string_view type, std::string_view text) {
  return object(
      draw,
      fields(draw, R"({")" + std::string(type) + R"(":"String",")" + std::string(text) + R"(":)",
             "}"),
      0);
}

/// Usually a notification as SNS delivers it.
std::string notification(Draw& draw) {
  std::vector<std::string> members;
  if (!draw.one_in(6)) members.push_back(R"("Type":"Notification")");
  if (!draw.one_in(6)) {
    members.push_back(R"("MessageAttributes":)" + attributes(draw, "Type", "Value"));
  }
  std::string text = object(draw, members, 1);
  text.erase(std::remove_if(text.begin(), text.end(), [](unsigned char c) { return c < ' '; }),
             text.end());
  return text;
}

/// A received message, in any of the forms.
std::string received(Draw& draw) {
  const bool is_record = draw.one_in(2);
  std::vector<std::string> members;
  if (draw.one_in(2)) {
    members.push_back(
        is_record ? R"("messageAttributes":)" + attributes(draw, "dataType", "stringValue")
                  : R"("MessageAttributes":)" + attributes(draw, "DataType", "StringValue"));
  }
  if (!draw.one_in(4)) {
    members.push_back((is_record ? R"("body":)" : R"("Body":)") +
                      (draw.one_in(4) ? string(draw) : as_string(notification(draw))));
  }
  if (draw.one_in(4)) members.push_back(R"("Sns":)" + notification(draw));
  if (is_record && !draw.one_in(4)) members.push_back(R"("eventSource":"aws:sqs")");
  return object(draw, members, 1);
}

std::string response(Draw& draw) {
  if (draw.one_in(3)) return received(draw);
  std::string messages;
  for (std::size_t count = draw.number(0, 3); count > 0; --count) {
    messages += received(draw) + (count == 1 ? "" : ",");
  }
  const std::string list = (draw.one_in(2) ? "\"Messages\":[" : "\"Records\":[") + messages + "]";
  return object(draw, {list}, 1);
}

RC_GTEST_PROP(PayloadLaws, WhatBoostJsonTakesWeTake, ()) {
  laws::check_json(*baton::testing::nearly([](Draw& draw) { return value(draw, 4); }));
}

RC_GTEST_PROP(PayloadLaws, AnEnvelopeGetsTheContextAndNothingElse, ()) {
  laws::check_envelope(*baton::testing::nearly(envelope));
}

RC_GTEST_PROP(PayloadLaws, AChangedBodyIsABody, ()) {
  laws::check_body(*baton::testing::nearly(envelope));
}

RC_GTEST_PROP(PayloadLaws, ARequestOfSqsGetsTheContextAndNothingElse, ()) {
  laws::check_sqs(*baton::testing::nearly(request));
}

RC_GTEST_PROP(PayloadLaws, EveryMessageThatArrivesHasItsContext, ()) {
  laws::check_received(*baton::testing::nearly(response));
}

}  // namespace
