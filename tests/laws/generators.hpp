// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oracle/fields.hpp"

/// Texts that are valid, nearly valid, or random.
namespace generators {

using FieldList = std::vector<std::pair<std::string, std::string>>;

/// Draws from one random source. Results are shrunk as plain text afterward (see `drawn`), which is
/// faster, with shorter results, than to shrink each choice.
class Draw {
 public:
  explicit Draw(const rc::Random& random) : random_(random) {}

  /// A number in [low, high].
  std::size_t number(std::size_t low, std::size_t high) {
    return low + static_cast<std::size_t>(random_.next() % (high - low + 1));
  }
  bool one_in(std::size_t n) { return number(1, n) == 1; }

  std::string text_of(std::string_view characters, std::size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = characters[number(0, characters.size() - 1)];
    return text;
  }
  std::string bytes(std::size_t most) {
    std::string text(number(0, most), ' ');
    for (char& c : text) c = static_cast<char>(number(0, 255));
    return text;
  }
  std::string white_space() { return one_in(3) ? text_of(" \t", number(1, 3)) : ""; }
  /// Well-formed, with sequences of every length and characters that the wire forbids.
  std::string utf8(std::size_t max_characters);
  /// Valid baggage octets with good and bad escapes among them.
  std::string escaped(std::size_t most);

  /// The text after up to three small changes.
  std::string damaged(std::string text);

  /// Sometimes all zeros.
  std::string hex_id(std::size_t digits);
  std::string traceparent();
  std::string tracestate_key();
  std::string tracestate_value();
  /// With empty members and repeated keys.
  std::vector<std::string> tracestate_members(std::size_t most);
  std::string baggage_key();
  std::string baggage_member();
  std::vector<std::string> baggage_members(std::size_t most);
  std::string b3_single();
  FieldList b3_fields();
  FieldList jaeger_fields();
  /// What Datadog's tracers write into tracestate, or a similar text.
  std::string dd_member();
  /// Datadog's tags and others.
  std::string datadog_tags();
  /// Fields of the formats that can say a trace id alone, often with one.
  FieldList cloud_fields();
  /// Fields of every format, each valid, damaged, repeated or absent.
  FieldList fields();
  /// A list as several instances of its field.
  std::vector<std::string> instances(const std::vector<std::string>& members);
  /// Some of the formats, in some order.
  std::vector<std::string> formats();

 private:
  /// Mostly a few, sometimes the grammar's limit or one more.
  std::size_t length(std::size_t least, std::size_t limit);

  rc::Random random_;
};

inline rc::Seq<std::string> smaller(const std::string& text) {
  return rc::seq::concat(rc::shrink::removeChunks(text), rc::shrink::eachElement(text, [](char c) {
                           return c == 'a' ? rc::Seq<char>() : rc::seq::just('a');
                         }));
}
inline rc::Seq<std::size_t> smaller(std::size_t number) {
  return rc::shrink::towards(number, std::size_t{0});
}
inline rc::Seq<bool> smaller(bool) { return {}; }
inline rc::Seq<std::pair<std::string, std::string>> smaller(
    const std::pair<std::string, std::string>& field) {
  return rc::seq::map(smaller(field.second),
                      [name = field.first](std::string value) { return std::pair(name, value); });
}
template <class Element>
rc::Seq<std::vector<Element>> smaller(const std::vector<Element>& list) {
  return rc::seq::concat(
      rc::shrink::removeChunks(list),
      rc::shrink::eachElement(list, [](const Element& element) { return smaller(element); }));
}

/// A RapidCheck generator from a function that draws.
template <class Function>
auto drawn(Function function) {
  using Value = std::invoke_result_t<Function, Draw&>;
  return rc::Gen<Value>([function](const rc::Random& random, int) {
    Draw draw(random);
    return rc::shrinkable::shrinkRecur(function(draw),
                                       [](const Value& value) { return smaller(value); });
  });
}

inline oracle::Fields carrier_of(const FieldList& list) {
  oracle::Fields fields;
  for (const auto& [name, value] : list) fields.add(name, value);
  return fields;
}

/// `text`, or sometimes a damaged one, or random bytes.
template <class Function>
auto nearly(Function valid) {
  return drawn([valid](Draw& draw) -> std::string {
    if (draw.one_in(10)) return draw.bytes(80);
    const std::string text = valid(draw);
    return draw.one_in(3) ? text : draw.damaged(text);
  });
}

}  // namespace generators
