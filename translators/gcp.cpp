// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/gcp.hpp"

#include <array>
#include <string_view>

#include "text/bounded_writer.hpp"
#include "translators/parsing.hpp"

namespace baton {
namespace {

using detail::shifted;

constexpr std::string_view field = "x-cloud-trace-context";
constexpr std::array field_names{field};

constexpr std::string_view options_label = ";o=";
constexpr std::string_view sampled_word = "TRACE_TRUE";
constexpr std::size_t max_options_digits = 3;
constexpr std::size_t span_id_at = TraceId::hex_size + 1;

/// 1*3DIGIT, of which only the last bit counts, or the word for 1.
ParseError parse_options(std::string_view text, Sampling& sampling) noexcept {
  if (text == sampled_word) {
    sampling = Sampling::sample;
    return ParseError();
  }
  if (text.empty()) return {ErrorCode::too_short, 0};
  const std::size_t good = detail::digits.find_outside(text);
  if (good != text.size()) return {ErrorCode::bad_sampling_state, good};
  if (good > max_options_digits) return {ErrorCode::too_long, max_options_digits};
  sampling = (text.back() - '0') % 2 == 1 ? Sampling::sample : Sampling::drop;
  return ParseError();
}

ParseError parse(std::string_view text, TraceId& trace_id, SpanId& span_id,
                 Sampling& sampling) noexcept {
  if (text.empty()) return {ErrorCode::empty, 0};
  const std::string_view hex = text.substr(0, text.find('/'));
  ParseError error = detail::parse_trace_id(hex, trace_id);
  if (error) return error;
  if (text.size() < span_id_at) return {ErrorCode::too_short, text.size()};

  const std::string_view rest = text.substr(span_id_at);
  const std::string_view number = rest.substr(0, rest.find(';'));
  std::uint64_t value = 0;
  error = detail::parse_decimal(number, value);
  if (error) return shifted(error, span_id_at);
  span_id = SpanId(value);

  const std::string_view options = rest.substr(number.size());
  if (options.empty()) return ParseError();
  const std::size_t options_at = span_id_at + number.size();
  for (std::size_t i = 0; i < options_label.size(); ++i) {
    if (i == options.size()) return {ErrorCode::too_short, text.size()};
    if (options[i] != options_label[i]) return {ErrorCode::bad_delimiter, options_at + i};
  }
  error = parse_options(options.substr(options_label.size()), sampling);
  return shifted(error, options_at + options_label.size());
}

}  // namespace

constinit const FormatTraits formats::gcp = {
    .name = "gcp",
    .specification = "Google Cloud Trace",
    .fields = field_names,
    .says = {.ids = true, .trace_id_high = true, .defer = true, .lone_trace_id = true},
};

Extracted GoogleCloudPropagator::extract(CarrierReader carrier, Context& context,
                                         ExtractReport* report) const {
  const auto value = detail::get_trimmed(carrier, field);
  if (!value) return Extracted::nothing;
  TraceId trace_id;
  SpanId span_id;
  Sampling sampling = Sampling::defer;
  const ParseError error = parse(*value, trace_id, span_id, sampling);
  if (error) return detail::reject(carrier, field, error, report);
  return detail::take_ids(context, trace_id, span_id, sampling);
}

void GoogleCloudPropagator::inject(const Context& context, CarrierWriter carrier) const {
  const SpanContext& span_context = context.span_context();
  if (!context.trace_id().is_valid()) {
    carrier.erase(field);
    return;
  }
  detail::BoundedWriter<span_id_at + detail::max_decimal_digits + options_label.size() + 1> value;
  value.append_hex(span_context.trace_id.high()).append_hex(span_context.trace_id.low());
  value.append('/').append_decimal(span_context.span_id.value());
  if (context.sampling() != Sampling::defer) {
    value.append(options_label).append(is_sampled(context.sampling()) ? '1' : '0');
  }
  carrier.set(field, value.view());
}

}  // namespace baton
