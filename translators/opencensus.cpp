// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/opencensus.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "text/base64.hpp"
#include "translators/parsing.hpp"

namespace baton {
namespace {

namespace base64 = detail::base64;

constexpr std::string_view field = "grpc-trace-bin";
constexpr std::array field_names{field};

constexpr std::uint8_t version = 0;
constexpr std::uint8_t trace_id_mark = 0;
constexpr std::uint8_t span_id_mark = 1;
constexpr std::uint8_t options_mark = 2;

// The index of each field's bytes, which follow its mark.
constexpr std::size_t trace_id_at = 2;
constexpr std::size_t span_id_at = trace_id_at + TraceId::byte_size + 1;
constexpr std::size_t options_at = span_id_at + SpanId::byte_size + 1;
constexpr std::size_t whole_size = options_at + 1;

constexpr std::uint8_t sampled_bit = 1;

/// Checks that the bytes of an id, from `begin` on, and the mark in front of them exist.
constexpr ParseError find_id(std::span<const std::uint8_t> bytes, std::uint8_t mark,
                             std::size_t begin, std::size_t size) noexcept {
  if (bytes.size() < begin) return {ErrorCode::too_short, bytes.size()};
  if (bytes[begin - 1] != mark) return {ErrorCode::missing_field, begin - 1};
  if (bytes.size() < begin + size) return {ErrorCode::too_short, bytes.size()};
  return ParseError();
}

ParseError parse(std::span<const std::uint8_t> bytes, TraceId& trace_id, SpanId& span_id,
                 Sampling& sampling) noexcept {
  if (bytes.empty()) return {ErrorCode::empty, 0};
  if (bytes[0] != version) return {ErrorCode::bad_version, 0};

  ParseError error = find_id(bytes, trace_id_mark, trace_id_at, TraceId::byte_size);
  if (error) return error;
  trace_id = TraceId(bytes.subspan<trace_id_at, TraceId::byte_size>());
  if (!trace_id.is_valid()) return {ErrorCode::zero_trace_id, trace_id_at};

  error = find_id(bytes, span_id_mark, span_id_at, SpanId::byte_size);
  if (error) return error;
  span_id = SpanId(bytes.subspan<span_id_at, SpanId::byte_size>());
  if (!span_id.is_valid()) return {ErrorCode::zero_span_id, span_id_at};

  const bool has_options = bytes.size() >= whole_size && bytes[options_at - 1] == options_mark;
  const bool is_sampled = has_options && (bytes[options_at] & sampled_bit) != 0;
  sampling = is_sampled ? Sampling::sample : Sampling::drop;
  return ParseError();
}

/// Reads bytes in base 64, and returns their errors with the offset in the text.
ParseError parse_text(std::string_view text, TraceId& trace_id, SpanId& span_id,
                      Sampling& sampling) noexcept {
  std::array<std::uint8_t, OpenCensusPropagator::max_bytes> buffer;
  std::size_t size = 0;
  ParseError error = base64::decode(text, buffer, size);
  if (error) return error;
  error = parse(std::span(buffer).first(size), trace_id, span_id, sampling);
  if (!error) return error;
  return {error.code, error.offset == size ? text.size() : base64::place_of_byte(error.offset)};
}

ParseError parse_binary(std::string_view value, TraceId& trace_id, SpanId& span_id,
                        Sampling& sampling) noexcept {
  constexpr std::size_t most = OpenCensusPropagator::max_bytes;
  if (value.size() > most) return {ErrorCode::too_long, most};
  const auto* first = reinterpret_cast<const std::uint8_t*>(value.data());
  return parse({first, value.size()}, trace_id, span_id, sampling);
}

}  // namespace

constinit const FormatTraits formats::opencensus = {
    .name = "opencensus",
    .specification = "opencensus-specs, BinaryEncoding",
    .fields = field_names,
    .says = {.ids = true, .trace_id_high = true},
};

Extracted OpenCensusPropagator::extract(CarrierReader carrier, Context& context,
                                        ExtractReport* report) const {
  const auto value = carrier.get(field);
  if (!value) return Extracted::nothing;
  TraceId trace_id;
  SpanId span_id;
  Sampling sampling = Sampling::drop;
  if (carrier.has_binary_fields()) {
    const ParseError error = parse_binary(*value, trace_id, span_id, sampling);
    if (error) return detail::reject_value({}, field, error, report);
  } else {
    const ParseError error = parse_text(detail::trim(*value), trace_id, span_id, sampling);
    if (error) return detail::reject(carrier, field, error, report);
  }
  return detail::take_span(context, trace_id, span_id, sampling);
}

void OpenCensusPropagator::inject(const Context& context, CarrierWriter carrier) const {
  const SpanContext& span_context = context.span_context();
  if (!span_context.is_valid()) {
    carrier.erase(field);
    return;
  }
  std::array<std::uint8_t, whole_size> bytes;
  bytes[0] = version;
  bytes[trace_id_at - 1] = trace_id_mark;
  std::ranges::copy(span_context.trace_id.bytes(), bytes.begin() + trace_id_at);
  bytes[span_id_at - 1] = span_id_mark;
  std::ranges::copy(span_context.span_id.bytes(), bytes.begin() + span_id_at);
  bytes[options_at - 1] = options_mark;
  bytes[options_at] = is_sampled(context.sampling()) ? sampled_bit : 0;
  if (carrier.has_binary_fields()) {
    carrier.set(field, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return;
  }
  std::array<char, base64::encoded_size(whole_size)> text;
  base64::encode(bytes, text.data());
  carrier.set(field, {text.data(), text.size()});
}

}  // namespace baton
