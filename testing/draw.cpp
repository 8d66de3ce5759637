// SPDX-License-Identifier: Apache-2.0
// Each draw is a statement of its own, or an element of a list in braces, which has an order.
#include "baton/testing/draw.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "baton/detail/ascii.hpp"
#include "baton/registry.hpp"
#include "testing/characters.hpp"
#include "text/percent.hpp"

namespace baton::testing {
namespace {

/// An initializer list: C++ evaluates its elements from left to right.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string percent_encoded(std::string_view bytes) {
  std::string text;
  detail::append_percent_encoded(bytes, text);
  return text;
}

constexpr std::string_view utf8_pieces[] = {"a",
                                            "Z",
                                            "0",
                                            " ",
                                            "%",
                                            "+",
                                            ",",
                                            ";",
                                            "=",
                                            "\"",
                                            "\\",
                                            "\r",
                                            "\n",
                                            std::string_view("\0", 1),
                                            "\x7f",
                                            "\xC2\x80",
                                            "\xC3\xA9",
                                            "\xDF\xBF",
                                            "\xE0\xA0\x80",
                                            "\xE2\x82\xAC",
                                            "\xED\x9F\xBF",
                                            "\xEE\x80\x80",
                                            "\xEF\xBF\xBD",
                                            "\xF0\x9F\x8E\xBD",
                                            "\xF4\x8F\xBF\xBF"};

}  // namespace

std::uint64_t Draw::next() noexcept {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

std::size_t Draw::length(std::size_t least, std::size_t limit) noexcept {
  if (one_in(40)) return limit + number(0, 1);
  if (one_in(20)) return number(least, limit);
  return number(least, least + 6);
}

std::string Draw::text_of(std::string_view characters, std::size_t size) {
  std::string text(size, ' ');
  for (char& c : text) c = characters[number(0, characters.size() - 1)];
  return text;
}

std::string Draw::bytes(std::size_t most) {
  std::string text(number(0, most), ' ');
  for (char& c : text) c = static_cast<char>(number(0, 255));
  return text;
}

std::string Draw::white_space() { return one_in(3) ? text_of(" \t", number(1, 3)) : ""; }

std::string Draw::utf8(std::size_t max_characters) {
  std::string text;
  for (std::size_t i = number(0, max_characters); i > 0; --i) {
    text += utf8_pieces[number(0, std::size(utf8_pieces) - 1)];
  }
  return text;
}

std::string Draw::escaped(std::size_t most) {
  std::string text;
  for (std::size_t i = number(0, most); i > 0; --i) {
    switch (number(0, 5)) {
      case 0: text += percent_encoded(bytes(3)); break;
      case 1: text += percent_encoded(utf8(2)); break;
      case 2: text += "%" + text_of("0123456789abcdefABCDEFgG", number(0, 2)); break;
      default: text += text_of("abcXYZ019!#$%&'()*+-./:<=>?@[]^_`{|}~", number(1, 4)); break;
    }
  }
  return text;
}

std::string Draw::spaced(std::string_view text) {
  return joined({white_space(), text, white_space()});
}

std::string Draw::damaged(std::string text) {
  for (std::size_t accidents = number(0, 3); accidents > 0; --accidents) {
    const std::size_t at = number(0, text.size());
    switch (number(0, 6)) {
      case 0: text.insert(at, 1, odd_bytes[number(0, odd_bytes.size() - 1)]); break;
      case 1: text.erase(at, number(1, 3)); break;
      case 2: text.resize(at); break;
      case 3: text.insert(at, text.substr(at, number(1, 8))); break;
      case 4:
        for (char& c : text) {
          if (one_in(4)) c = detail::to_upper(c);
        }
        break;
      case 5: text = spaced(text); break;
      default:
        if (at < text.size()) text[at] = odd_bytes[number(0, odd_bytes.size() - 1)];
    }
  }
  return text;
}

std::string Draw::damaged_in(std::size_t n, std::string text) {
  return one_in(n) ? damaged(std::move(text)) : text;
}

std::string Draw::hex_id(std::size_t digits) {
  if (one_in(12)) return std::string(digits, '0');
  return text_of(hex_digits, digits);
}

std::string Draw::traceparent() {
  const std::string version = one_in(3) ? text_of(hex_digits, 2) : one_in(12) ? "ff" : "00";
  std::string text =
      joined({version, "-", hex_id(32), "-", hex_id(16), "-", text_of(hex_digits, 2)});
  if (one_in(4)) text += "-" + bytes(5);
  return spaced(text);
}

std::string Draw::tracestate_key() {
  std::string key = text_of("abz019", 1);
  return key += text_of(tracestate_key_tail, length(0, 255));
}

std::string Draw::tracestate_value() {
  std::string printable;
  for (char c = 0x20; c < 0x7f; ++c) {
    if (c != ',' && c != '=') printable += c;
  }
  std::string value = text_of(printable, length(0, 255));
  return value += text_of("ax19!~", 1);
}

std::vector<std::string> Draw::tracestate_members(std::size_t most) {
  std::vector<std::string> members(number(0, most));
  const bool repeats = one_in(3);
  for (std::string& member : members) {
    if (one_in(12)) continue;
    if (one_in(6)) {
      member = "dd=" + dd_member();
      continue;
    }
    const std::string key = repeats && one_in(3) ? text_of("ab", 1) : tracestate_key();
    member = joined({white_space(), key, "=", tracestate_value(), white_space()});
  }
  return members;
}

std::string Draw::baggage_key() { return text_of(token_characters, length(1, 60)); }

std::string Draw::baggage_member() {
  std::string text = white_space();
  text += one_in(3) ? text_of("ab", 1) : baggage_key();
  text += joined({white_space(), "=", white_space(), escaped(3), white_space()});
  while (one_in(3)) {
    text += joined({";", white_space(), baggage_key(), white_space()});
    if (one_in(2)) text += joined({"=", white_space(), escaped(2), white_space()});
  }
  return text;
}

std::vector<std::string> Draw::baggage_members(std::size_t most) {
  std::vector<std::string> members(number(0, most));
  for (std::string& member : members) {
    if (!one_in(12)) member = baggage_member();
  }
  return members;
}

std::string Draw::b3_single() {
  if (one_in(4)) return text_of("01dD2", 1);
  std::string text = hex_id(one_in(3) ? 16 : 32);
  text += "-" + hex_id(16);
  if (!one_in(4)) text += "-" + text_of("01dd2", 1);
  if (one_in(4)) text += "-" + hex_id(16);
  if (one_in(8)) text += "-" + text_of("01d", number(0, 2));
  return text;
}

FieldList Draw::b3_fields() {
  const auto some = [this](std::string text) {
    if (one_in(10)) return white_space();
    return damaged_in(5, std::move(text));
  };
  FieldList fields;
  while (one_in(2)) fields.emplace_back("b3", some(b3_single()));
  if (!one_in(4)) fields.emplace_back("x-b3-traceid", some(hex_id(one_in(3) ? 16 : 32)));
  if (!one_in(4)) fields.emplace_back("x-b3-spanid", some(hex_id(16)));
  if (one_in(3)) fields.emplace_back("x-b3-parentspanid", some(hex_id(16)));
  if (!one_in(3)) {
    constexpr std::string_view states[] = {"0", "1", "true", "False", "TRUE", "d", "", "2"};
    const std::string_view state = states[number(0, std::size(states) - 1)];
    fields.emplace_back("x-b3-sampled", some(std::string(state)));
  }
  if (one_in(3)) fields.emplace_back("x-b3-flags", some(text_of("01", 1)));
  if (one_in(6)) fields.emplace_back("x-b3-traceid", some(hex_id(32)));
  return fields;
}

void Draw::add_jaeger(FieldList& fields) {
  if (!one_in(4)) {
    const std::string colon = one_in(6) ? "%3A" : ":";
    const std::string text = joined(
        {hex_id(number(1, 32)), colon, hex_id(16), colon, hex_id(1), colon, text_of("012367a", 1)});
    fields.emplace_back("uber-trace-id", damaged_in(5, text));
  }
  if (one_in(5)) {
    const std::string text = text_of("d ", number(0, 2));
    fields.emplace_back("jaeger-debug-id", damaged_in(5, text));
  }
  while (one_in(2)) {
    std::string name = one_in(4) ? "Uberctx-" : "uberctx-";
    name += one_in(2) ? text_of("aAbB", 1) : baggage_key();
    const std::string text = escaped(3);
    fields.emplace_back(name, damaged_in(5, text));
  }
  for (const std::string& text : instances(baggage_members(3))) {
    fields.emplace_back("jaeger-baggage", damaged_in(5, text));
  }
}

std::string Draw::dd_member() {
  const std::string characters = "ab1 ~:._";
  std::string text = one_in(3) ? "s:" + text_of("-0123", number(1, 2)) : "";
  const auto add = [&text](const std::string& pair) { text += (text.empty() ? "" : ";") + pair; };
  if (one_in(3)) add("o:" + text_of(characters, length(0, 250)));
  if (one_in(6)) add("p:" + hex_id(16));
  while (one_in(2)) {
    const std::string name = one_in(8) ? "tid" : text_of(characters, length(0, 90));
    add(joined({"t.", name, ":", text_of(characters, length(0, 90))}));
  }
  if (one_in(6)) add(text_of(characters + ";", number(0, 6)));
  text.resize(std::min<std::size_t>(text.size(), 255));
  return text + "x";
}

std::string Draw::datadog_tags() {
  std::string text;
  while (!one_in(4)) {
    if (!text.empty()) text += spaced(",");
    text += one_in(8) ? "other" : "_dd.p.";
    text += one_in(4) ? "tid" : text_of("ab.:; ~", length(0, 60));
    text += "=";
    text += one_in(3) ? hex_id(16) : text_of("ab-1=~;: ", length(0, 90));
  }
  return text;
}

void Draw::add_amazon(FieldList& fields) {
  std::string text = joined({"Root=1-", hex_id(8), "-", hex_id(24)});
  if (one_in(2)) text += ";Parent=" + hex_id(16);
  if (one_in(2)) text += ";Sampled=" + text_of("01?", 1);
  fields.emplace_back("x-amzn-trace-id", damaged_in(8, text));
}

void Draw::add_google(FieldList& fields) {
  std::string text = hex_id(32) + "/";
  text += one_in(3) ? "0" : text_of("123456789", number(1, 19));
  if (one_in(2)) text += ";o=" + text_of("01", 1);
  fields.emplace_back("x-cloud-trace-context", damaged_in(8, text));
}

void Draw::add_datadog(FieldList& fields) {
  const auto add = [&](const char* name, std::string text) {
    fields.emplace_back(name, damaged_in(8, std::move(text)));
  };
  add("x-datadog-trace-id", text_of(decimal_digits, number(1, 19)));
  add("x-datadog-parent-id", one_in(3) ? "0" : text_of("123456789", number(1, 19)));
  if (one_in(2)) {
    const std::string sign = one_in(3) ? "-" : "";
    add("x-datadog-sampling-priority", sign + text_of("012", 1));
  }
  if (one_in(3)) add("x-datadog-origin", text_of("rum=~;,", number(0, 9)));
  if (one_in(2)) add("x-datadog-tags", datadog_tags());
}

FieldList Draw::fields() {
  FieldList fields = b3_fields();
  const auto add = [&](const char* name, std::string text) {
    fields.emplace_back(name, damaged_in(5, std::move(text)));
  };
  if (!one_in(4)) add("traceparent", traceparent());
  if (one_in(8)) add("traceparent", traceparent());
  for (const std::string& text : instances(tracestate_members(6))) add("tracestate", text);
  for (const std::string& text : instances(baggage_members(6))) add("baggage", text);
  if (one_in(2)) add_jaeger(fields);
  if (one_in(4)) add_amazon(fields);
  if (one_in(4)) add_google(fields);
  if (one_in(4)) add_datadog(fields);
  return fields;
}

std::vector<std::string> Draw::instances(const std::vector<std::string>& members) {
  std::vector<std::string> fields;
  for (const std::string& member : members) {
    if (fields.empty() || one_in(3)) {
      fields.push_back(member);
    } else {
      fields.back() += "," + member;
    }
  }
  return fields;
}

std::vector<std::string> Draw::formats() {
  std::vector<std::string> rest;
  for (const auto& known : baton::registered_propagators()) rest.emplace_back(known.traits.name);
  std::vector<std::string> chosen;
  for (std::size_t i = number(1, rest.size()); i > 0; --i) {
    const auto at = rest.begin() + static_cast<std::ptrdiff_t>(number(0, rest.size() - 1));
    chosen.push_back(*at);
    rest.erase(at);
  }
  return chosen;
}

}  // namespace baton::testing
