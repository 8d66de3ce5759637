// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::testing {

/// Names and values, in order.
using FieldList = std::vector<std::pair<std::string, std::string>>;

/// Draws texts that are valid, nearly valid, or random. The seed decides about everything: the same
/// one gives the same texts on every machine.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) noexcept : state_(seed) {}

  /// A number in [low, high].
  std::size_t number(std::size_t low, std::size_t high) {
    return low + static_cast<std::size_t>(next() % (high - low + 1));
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

  /// SplitMix64.
  std::uint64_t next() noexcept;

  std::uint64_t state_;
};

}  // namespace baton::testing
