// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/jaeger.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "text/bounded_writer.hpp"
#include "text/percent.hpp"
#include "translators/baggage_fields.hpp"
#include "translators/parsing.hpp"

namespace baton {
namespace {

using detail::HexCase;
using detail::shifted;

constexpr std::string_view trace_id_field = "uber-trace-id";
constexpr std::string_view debug_id_field = "jaeger-debug-id";
constexpr std::string_view baggage_field = "jaeger-baggage";
constexpr std::string_view baggage_prefix = "uberctx-";
constexpr std::array baggage_prefixes{baggage_prefix};
constexpr std::array field_names{trace_id_field, debug_id_field, baggage_field};

constexpr unsigned sampled_bit = 1;
constexpr unsigned debug_bit = 2;

/// The fields beside the ids that a carrier may have. Those that are then read by name may still be
/// absent.
struct Presence {
  bool debug_id = false;
  bool baggage_list = false;
  bool baggage_family = false;
};

/// One pass over the names costs less than a lookup of each, and most requests have none of them.
/// Compares only sizes and first letters if a lookup follows, since carriers decide how names
/// compare.
Presence find_fields(CarrierReader carrier) {
  Presence found;
  carrier.keys([&found](std::string_view name) {
    if (name.size() < baggage_prefix.size()) return true;
    const char first = name.front();
    if (first == 'u' || first == 'U') {
      if (detail::starts_with_ignoring_case(name, baggage_prefix)) found.baggage_family = true;
    } else if (first == 'j' || first == 'J') {
      if (name.size() == debug_id_field.size()) found.debug_id = true;
      if (name.size() == baggage_field.size()) found.baggage_list = true;
    }
    return true;
  });
  return found;
}

/// The part before the next separator, and the separator's size.
struct Part {
  std::string_view text;
  std::size_t separator = 0;  // its size; zero at the end of the text
};

Part part_at(std::string_view text, std::size_t begin) noexcept {
  const std::size_t colon = std::min(text.find(':', begin), text.size());
  Part part{text.substr(begin, colon - begin), colon < text.size() ? std::size_t{1} : 0};
  std::size_t escape = 0;
  while ((escape = part.text.find('%', escape)) != std::string_view::npos) {
    const std::string_view rest = part.text.substr(escape);
    if (rest.starts_with("%3A") || rest.starts_with("%3a")) {
      return {part.text.substr(0, escape), 3};
    }
    ++escape;
  }
  return part;
}

ParseError parse_flags(std::string_view text, Sampling& sampling) noexcept {
  if (text.empty()) return {ErrorCode::too_short, 0};
  std::uint64_t high = 0;
  std::uint64_t flags = 0;
  const ParseError error = detail::parse_padded<HexCase::either>(text, 2, high, flags);
  if (error.code == ErrorCode::bad_length) return {ErrorCode::too_long, 2};
  sampling = (flags & sampled_bit) == 0 ? Sampling::drop
             : (flags & debug_bit) == 0 ? Sampling::sample
                                        : Sampling::debug;
  return error;
}

ParseError parse(std::string_view text, TraceId& trace_id, SpanId& span_id,
                 Sampling& sampling) noexcept {
  if (text.empty()) return {ErrorCode::empty, 0};
  std::size_t begin = 0;
  for (int number = 0; number < 4; ++number) {
    const Part part = part_at(text, begin);
    ParseError error;
    if (number == 0) error = detail::parse_padded_trace_id<HexCase::either>(part.text, trace_id);
    if (number == 1) error = detail::parse_padded_span_id<HexCase::either>(part.text, span_id);
    if (number == 3) error = parse_flags(part.text, sampling);
    if (error) return shifted(error, begin);
    begin += part.text.size();
    const bool is_last = number == 3;
    if (is_last != (part.separator == 0)) {
      return {is_last ? ErrorCode::too_long : ErrorCode::too_short, begin};
    }
    begin += part.separator;
  }
  return ParseError();
}

/// Percent-encoding with "+" for a space. False: there is a "%" that starts no escape.
bool decode(std::string_view value, std::size_t room, detail::GrowingText& bytes) {
  bytes.clear();
  bytes.reserve(value.size(), room);
  for (;;) {
    const std::string_view part = value.substr(0, value.find('+'));
    if (!detail::append_bytes(part, bytes)) return false;
    if (part.size() == value.size()) return true;
    bytes.append(' ');
    value.remove_prefix(part.size() + 1);
  }
}

Extracted extract_baggage(CarrierReader carrier, const Presence& present, Context& context,
                          const BaggageLimits& limits, ExtractReport* report) {
  detail::BaggageFieldsReader reader(context, limits, report);
  detail::GrowingText bytes;
  const auto decode_value = [&](std::string_view value) -> std::optional<std::string_view> {
    constexpr std::size_t escape_size = 3;
    // A value that would be too long even if it were all escapes is not copied.
    if (value.size() / escape_size > limits.max_bytes) return value;
    if (!decode(value, detail::usual_room(limits.max_bytes), bytes)) return value;
    return bytes.failed() ? std::nullopt : std::optional(bytes.view());
  };
  if (present.baggage_family) reader.read_family(carrier, baggage_prefix, decode_value);
  if (present.baggage_list) reader.read_list(carrier, baggage_field);
  return reader.finish();
}

constexpr char flags_digit(Sampling sampling) noexcept {
  if (sampling == Sampling::debug) return '3';
  return sampling == Sampling::sample ? '1' : '0';
}

void write_trace_id(const Context& context, CarrierWriter carrier) {
  const SpanContext& ids = context.span_context();
  detail::BoundedWriter<TraceId::hex_size + 1 + SpanId::hex_size + 4> value;
  value.append_hex(ids.trace_id.high()).append_hex(ids.trace_id.low());
  value.append(':').append_hex(ids.span_id.value());
  value.append(":0:").append(flags_digit(context.sampling()));
  carrier.set(trace_id_field, value.view());
}

bool encode(std::string_view bytes, detail::GrowingText& out) {
  // Readers decode "+" as a space, and some accept even fewer characters unencoded.
  detail::append_percent_encoded(bytes, out, detail::unreserved);
  return true;
}

}  // namespace

constinit const FormatTraits formats::jaeger = {
    .name = "jaeger",
    .specification = "Jaeger's client libraries",
    .fields = field_names,
    .prefixes = baggage_prefixes,
    .says = {.ids = true,
             .trace_id_high = true,
             .debug = true,
             .lone_debug = true,
             .baggage = true,
             .lone_baggage = true,
             .any_bytes = true},
};

Extracted JaegerPropagator::extract(CarrierReader carrier, Context& context,
                                    ExtractReport* report) const {
  const Presence present = find_fields(carrier);
  Extracted found = Extracted::nothing;
  TraceId trace_id;
  SpanId span_id;
  Sampling sampling = Sampling::defer;
  if (const auto value = detail::get_trimmed(carrier, trace_id_field)) {
    const ParseError error = parse(*value, trace_id, span_id, sampling);
    found =
        !error ? Extracted::span_context : detail::reject(carrier, trace_id_field, error, report);
  }
  if (present.debug_id && !detail::get_trimmed(carrier, debug_id_field).value_or("").empty()) {
    found = std::max(found, Extracted::decision);
    sampling = Sampling::debug;
  }
  if (found == Extracted::span_context) {
    detail::take_span(context, trace_id, span_id, sampling);
  } else if (found == Extracted::decision) {
    detail::take_decision(context, sampling);
  }
  if (!present.baggage_family && !present.baggage_list) return found;
  return std::max(found, extract_baggage(carrier, present, context, limits_, report));
}

void JaegerPropagator::inject(const Context& context, CarrierWriter carrier) const {
  const bool has_ids = context.span_context().is_valid();
  if (has_ids) {
    write_trace_id(context, carrier);
  } else {
    carrier.erase(trace_id_field);
  }
  if (!has_ids && detail::sampling_to_say(context) == Sampling::debug) {
    carrier.set(debug_id_field, "1");
  } else {
    carrier.erase(debug_id_field);
  }
  carrier.erase(baggage_field);
  detail::write_baggage_family(context.baggage(), carrier, baggage_prefix, encode);
}

}  // namespace baton
