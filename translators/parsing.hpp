// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "baton/propagator.hpp"
#include "core/decode_trace_id.hpp"
#include "text/chars.hpp"
#include "text/hex.hpp"

/// The common parts of the formats. A reader fills its last argument and returns the error, if any;
/// offsets count from the start of the part that it reads.
namespace baton::detail {

/// 16 lowercase digits.
inline ParseError parse_hex16(std::string_view text, std::uint64_t& value) noexcept {
  if (text.size() != 16) return {ErrorCode::bad_length, 0};
  const unsigned good = hex::decode16(text.data(), value);
  return good == 16 ? ParseError() : ParseError{ErrorCode::bad_hex, good};
}

/// 16 lowercase digits, not all zero.
inline ParseError parse_span_id(std::string_view text, SpanId& id) noexcept {
  std::uint64_t value = 0;
  if (const ParseError error = parse_hex16(text, value)) return error;
  id = SpanId(value);
  return value != 0 ? ParseError() : ParseError{ErrorCode::zero_span_id, 0};
}

/// 32 lowercase digits, not all zero.
inline ParseError parse_trace_id(std::string_view text, TraceId& id) noexcept {
  if (text.size() != TraceId::hex_size) return {ErrorCode::bad_length, 0};
  if (const ParseError error = decode_trace_id(text.data(), id)) return error;
  return id.is_valid() ? ParseError() : ParseError{ErrorCode::zero_trace_id, 0};
}

/// The same, or 16 digits: the last ones of an id that begins with zeros.
inline ParseError parse_long_or_short_trace_id(std::string_view text, TraceId& id) noexcept {
  if (text.size() != 16) return parse_trace_id(text, id);
  std::uint64_t low = 0;
  if (const ParseError error = parse_hex16(text, low)) return error;
  id = TraceId(0, low);
  return low != 0 ? ParseError() : ParseError{ErrorCode::zero_trace_id, 0};
}

/// The digits that a format accepts.
enum class HexCase : bool { lower, either };

/// 1*`most` digits, as a number of 128 bits, whose leading zeros may be omitted.
template <HexCase accepted>
ParseError parse_padded(std::string_view text, std::size_t most, std::uint64_t& high,
                        std::uint64_t& low) noexcept {
  if (text.empty() || text.size() > most) return {ErrorCode::bad_length, 0};
  high = low = 0;
  if (text.size() == 16 && hex::decode16(text.data(), low) == 16) return ParseError();
  if (TraceId id; text.size() == TraceId::hex_size && !decode_trace_id(text.data(), id)) {
    high = id.high();
    low = id.low();
    return ParseError();
  }
  constexpr bool is_lower = accepted == HexCase::lower;
  high = low = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int digit = is_lower ? hex::digit(text[i]) : hex::digit_of_any_case(text[i]);
    if (digit == hex::bad) return {is_lower ? ErrorCode::bad_hex : ErrorCode::not_hex, i};
    high = high << 4U | low >> 60U;
    low = low << 4U | static_cast<std::uint64_t>(digit);
  }
  return ParseError();
}

/// 1*32 digits, not all zero.
template <HexCase accepted>
ParseError parse_padded_trace_id(std::string_view text, TraceId& id) noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  const ParseError error = parse_padded<accepted>(text, TraceId::hex_size, high, low);
  id = TraceId(high, low);
  return error || id.is_valid() ? error : ParseError{ErrorCode::zero_trace_id, 0};
}

/// 1*16 digits, not all zero.
template <HexCase accepted>
ParseError parse_padded_span_id(std::string_view text, SpanId& id) noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  const ParseError error = parse_padded<accepted>(text, SpanId::hex_size, high, low);
  id = SpanId(low);
  return error || id.is_valid() ? error : ParseError{ErrorCode::zero_span_id, 0};
}

/// The most digits of a 64-bit decimal number.
inline constexpr std::size_t max_decimal_digits = 20;

/// 1*DIGIT, a number of 64 bits. Leading zeros are allowed.
constexpr ParseError parse_decimal(std::string_view text, std::uint64_t& value) noexcept {
  if (text.empty()) return {ErrorCode::bad_number, 0};
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned digit = static_cast<unsigned char>(text[i]) - unsigned{'0'};
    if (digit > 9) return {ErrorCode::bad_number, i};
    if (i + 1 < max_decimal_digits) {  // cannot overflow yet
      number = number * 10 + digit;
    } else if (__builtin_mul_overflow(number, std::uint64_t{10}, &number) ||
               __builtin_add_overflow(number, digit, &number)) {
      return {ErrorCode::bad_number, i};
    }
  }
  value = number;
  return ParseError();
}

/// A decision as a digit, or as a word in any case.
constexpr std::optional<Sampling> parse_sampled(std::string_view text) noexcept {
  if (text == "1" || equals_ignoring_case(text, "true")) return Sampling::sample;
  if (text == "0" || equals_ignoring_case(text, "false")) return Sampling::drop;
  return std::nullopt;
}

/// Converts an error of a part to an error of the whole text.
constexpr ParseError shifted(ParseError error, std::size_t begin_of_part) noexcept {
  if (!error) return error;
  return {error.code, begin_of_part + error.offset};
}

/// The first value of a field, trimmed.
inline std::optional<std::string_view> get_trimmed(CarrierReader carrier, std::string_view field) {
  auto value = carrier.get(field);
  if (value) *value = trim(*value);
  return value;
}

/// Puts the caller's span into a context.
inline Extracted take_span(Context& context, TraceId trace_id, SpanId span_id, Sampling sampling,
                           TraceState trace_state = {}) noexcept {
  context.set_span_context({trace_id, span_id, TraceFlags(), true, std::move(trace_state)},
                           sampling);
  return Extracted::span_context;
}

/// The same if the span id is not zero. Else a trace id alone, which a context with a span context
/// ignores.
inline Extracted take_ids(Context& context, TraceId trace_id, SpanId span_id, Sampling sampling,
                          TraceState trace_state = {}) noexcept {
  if (span_id.is_valid()) {
    return take_span(context, trace_id, span_id, sampling, std::move(trace_state));
  }
  if (!context.span_context().is_valid()) {
    context.set_trace_id(trace_id, sampling, std::move(trace_state));
  }
  return Extracted::trace_id;
}

/// Puts a decision without ids into a context, which ignores it if it has a trace id.
inline Extracted take_decision(Context& context, Sampling sampling) noexcept {
  if (!context.trace_id().is_valid()) context.set_sampling(sampling);
  return Extracted::decision;
}

/// The decision that a format without a trace id alone writes for a context without a span: a lone
/// decision is allowed, but not for a trace that the format does not name.
inline Sampling sampling_to_say(const Context& context) noexcept {
  const bool is_unnamed = !context.span_context().is_valid() && context.trace_id().is_valid();
  return is_unnamed ? Sampling::defer : context.sampling();
}

/// Reports an error of a trimmed value, with the offset in the untrimmed value.
inline Extracted reject_value(std::string_view value, std::string_view field, ParseError error,
                              ExtractReport* report) noexcept {
  if (report == nullptr) return Extracted::malformed;
  const std::size_t begin = optional_space.find_outside(value);
  report->add(field, shifted(error, begin == value.size() ? 0 : begin));
  return Extracted::malformed;
}

/// The same of the first value of a field.
inline Extracted reject(CarrierReader carrier, std::string_view field, ParseError error,
                        ExtractReport* report) {
  if (report == nullptr) return Extracted::malformed;
  return reject_value(carrier.get(field).value_or(""), field, error, report);
}

}  // namespace baton::detail
