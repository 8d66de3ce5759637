// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "baton/testing/fields.hpp"

namespace baton::testing {

/// Draws texts that are valid, nearly valid, or random.
///
///     Draw draw(42);
///     const FieldList fields = draw.fields();
///
/// The seed decides about everything: the same calls give the same results on every machine, with
/// every compiler. That holds only if the calls are in order: C++ leaves open which argument of a
/// function, and which operand of `+`, comes first, so make each draw a statement of its own.
///
/// No function fails; a range whose ends are swapped is the caller's error.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) noexcept : state_(seed) {}

  /// A number in [low, high]; all are equally likely, or nearly.
  std::size_t number(std::size_t low, std::size_t high) noexcept {
    const std::uint64_t count = std::uint64_t{high} - low + 1;  // 0: all numbers
    const std::uint64_t drawn = next();
    return low + static_cast<std::size_t>(count == 0 ? drawn : drawn % count);
  }
  /// True in one of `n` cases.
  bool one_in(std::size_t n) noexcept { return number(1, n) == 1; }

  /// `size` of these characters, of which there is at least one.
  std::string text_of(std::string_view characters, std::size_t size);
  /// Up to `most` bytes of any value.
  std::string bytes(std::size_t most);
  /// Spaces and tabs; often nothing.
  std::string white_space();
  /// Well-formed, with sequences of every length and characters that the wire forbids.
  std::string utf8(std::size_t max_characters);

  /// The text after up to three small changes. For one known change, see `mutation.hpp`.
  std::string damaged(std::string text);

  /// A `traceparent`; sometimes of another version, with zeros for an id, or with a tail.
  std::string traceparent();
  std::string tracestate_key();
  std::string tracestate_value();
  /// With empty members and repeated keys.
  std::vector<std::string> tracestate_members(std::size_t most);
  std::string baggage_key();
  /// With properties and escapes, good and bad ones; some are empty.
  std::vector<std::string> baggage_members(std::size_t most);
  /// The value of the field `b3`.
  std::string b3_single();
  /// Fields of both of B3's encodings, in any combination.
  FieldList b3_fields();
  /// What Datadog's tracers write into tracestate, or a similar text.
  std::string dd_member();
  /// Fields of every format, each valid, damaged, repeated or absent.
  FieldList fields();
  /// A list as several instances of its field.
  std::vector<std::string> instances(const std::vector<std::string>& members);
  /// Names of some of the registered formats, in some order, each once.
  std::vector<std::string> formats();

 private:
  /// Mostly a few, sometimes the grammar's limit or one more.
  std::size_t length(std::size_t least, std::size_t limit) noexcept;
  /// Sometimes all zeros.
  std::string hex_id(std::size_t digits);
  /// Valid baggage octets with good and bad escapes among them.
  std::string escaped(std::size_t most);
  std::string spaced(std::string_view text);
  /// The text, damaged in one of `n` cases.
  std::string damaged_in(std::size_t n, std::string text);
  std::string baggage_member();
  std::string datadog_tags();
  void add_jaeger(FieldList& fields);
  void add_google(FieldList& fields);
  void add_amazon(FieldList& fields);
  void add_datadog(FieldList& fields);

  /// SplitMix64.
  std::uint64_t next() noexcept;

  std::uint64_t state_;
};

}  // namespace baton::testing
