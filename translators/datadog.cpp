#include "baton/translators/datadog.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "parsing.hpp"

namespace baton {
namespace {

using detail::get_trimmed;
using detail::no_error;
using detail::reject;
using detail::shifted;

constexpr std::string_view trace_id_field = "x-datadog-trace-id";
constexpr std::string_view parent_id_field = "x-datadog-parent-id";
constexpr std::string_view priority_field = "x-datadog-sampling-priority";
constexpr std::string_view tags_field = "x-datadog-tags";
constexpr std::array field_names{trace_id_field, parent_id_field, priority_field, tags_field};

constexpr std::string_view high_bits_label = "_dd.p.tid=";
constexpr std::size_t high_bits_size = 16;

ParseError parse_id(std::string_view text, std::uint64_t& id) noexcept {
  return text.empty() ? ParseError{ErrorCode::empty, 0} : detail::parse_decimal(text, id);
}

ParseError parse_priority(std::string_view text, Sampling& sampling) noexcept {
  if (text.empty()) return {ErrorCode::empty, 0};
  const bool is_negative = text.front() == '-';
  std::uint64_t magnitude = 0;
  const ParseError error = detail::parse_decimal(text.substr(is_negative ? 1 : 0), magnitude);
  if (error != no_error) return shifted(error, is_negative ? 1 : 0);
  sampling = magnitude == 0 || is_negative ? Sampling::drop : Sampling::sample;
  return no_error;
}

/// Looks for the high 64 bits of the trace id among tags that are not ours.
ParseError parse_tags(std::string_view text, std::uint64_t& high) noexcept {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view tag = detail::trim(text.substr(begin, end - begin));
    begin = end + 1;
    if (!tag.starts_with(high_bits_label)) continue;
    const std::string_view digits = tag.substr(high_bits_label.size());
    const ParseError error = detail::parse_hex16(digits, high);
    if (error == no_error) return no_error;
    return shifted(error, static_cast<std::size_t>(digits.data() - text.data()));
  }
  return no_error;
}

}  // namespace

std::span<const std::string_view> DatadogPropagator::fields() const noexcept { return field_names; }

Extracted DatadogPropagator::extract(CarrierReader carrier, Context& context,
                                     ExtractReport* report) const {
  const auto trace_id = get_trimmed(carrier, trace_id_field);
  const auto parent_id = get_trimmed(carrier, parent_id_field);
  if (!trace_id && !parent_id) return Extracted::nothing;
  if (!trace_id) return reject(carrier, trace_id_field, {ErrorCode::missing_field, 0}, report);
  if (!parent_id) return reject(carrier, parent_id_field, {ErrorCode::missing_field, 0}, report);
  std::uint64_t low = 0;
  ParseError error = parse_id(*trace_id, low);
  if (error == no_error && low == 0) error = {ErrorCode::zero_trace_id, 0};
  if (error != no_error) return reject(carrier, trace_id_field, error, report);
  std::uint64_t span_id = 0;
  error = parse_id(*parent_id, span_id);
  if (error != no_error) return reject(carrier, parent_id_field, error, report);

  Sampling sampling = Sampling::defer;
  if (const auto priority = get_trimmed(carrier, priority_field)) {
    error = parse_priority(*priority, sampling);
    if (error != no_error) reject(carrier, priority_field, error, report);
  }
  std::uint64_t high = 0;
  if (const auto tags = get_trimmed(carrier, tags_field)) {
    error = parse_tags(*tags, high);
    if (error != no_error) reject(carrier, tags_field, error, report);
  }
  return detail::take_ids(context, TraceId(high, low), SpanId(span_id), sampling);
}

namespace {

void set_decimal(CarrierWriter carrier, std::string_view field, std::uint64_t value) {
  std::array<char, detail::most_decimal_digits> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  carrier.set(field, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

}  // namespace

void DatadogPropagator::inject(const Context& context, CarrierWriter carrier) const {
  const SpanContext& span_context = context.span_context();
  const TraceId trace_id = span_context.trace_id;
  if (trace_id.low() == 0) {
    for (const std::string_view field : field_names) carrier.erase(field);
    return;
  }
  set_decimal(carrier, trace_id_field, trace_id.low());
  set_decimal(carrier, parent_id_field, span_context.span_id.value());
  if (context.sampling() == Sampling::defer) {
    carrier.erase(priority_field);
  } else {
    carrier.set(priority_field, is_sampled(context.sampling()) ? "1" : "0");
  }
  if (trace_id.high() == 0) {
    carrier.erase(tags_field);
    return;
  }
  std::array<char, high_bits_label.size() + high_bits_size> tag;
  std::copy(high_bits_label.begin(), high_bits_label.end(), tag.begin());
  detail::hex::encode16(trace_id.high(), tag.data() + high_bits_label.size());
  carrier.set(tags_field, {tag.data(), tag.size()});
}

}  // namespace baton
