// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/xray.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "text/bounded_writer.hpp"
#include "translators/parsing.hpp"

namespace baton {
namespace {

using detail::shifted;

constexpr std::string_view field = "x-amzn-trace-id";
constexpr std::array field_names{field};
constexpr const char* variable = "_X_AMZN_TRACE_ID";

// The parts of a Root: the version, the time, a "-", and the rest of the id.
constexpr std::string_view version = "1-";
constexpr std::size_t time_at = version.size();
constexpr std::size_t time_size = 8;
constexpr std::size_t rest_at = time_at + time_size + 1;
constexpr std::size_t root_size = TraceId::hex_size + rest_at - time_size;

struct XRayContext {
  TraceId trace_id;
  SpanId span_id;
  Sampling sampling = Sampling::defer;
  bool has_state = false;
};

ParseError parse_root(std::string_view text, TraceId& trace_id) noexcept {
  if (!text.starts_with(version)) return {ErrorCode::bad_version, 0};
  if (text.size() != root_size) return {ErrorCode::bad_length, 0};
  if (text[rest_at - 1] != '-') return {ErrorCode::bad_delimiter, rest_at - 1};
  std::array<char, TraceId::hex_size> hex;
  char* end = std::copy_n(text.data() + time_at, time_size, hex.data());
  std::copy_n(text.data() + rest_at, hex.size() - time_size, end);
  const ParseError error = detail::parse_trace_id({hex.data(), hex.size()}, trace_id);
  return shifted(error, error.offset < time_size ? time_at : rest_at - time_size);
}

ParseError parse_state(std::string_view text, Sampling& sampling) noexcept {
  if (text == "1") {
    sampling = Sampling::sample;
  } else if (text == "0") {
    sampling = Sampling::drop;
  } else if (text != "?") {
    return {ErrorCode::bad_sampling_state, 0};
  }
  return ParseError();
}

ParseError parse_pair(std::string_view key, std::string_view value, XRayContext& result) noexcept {
  if (key == "Root" && !result.trace_id.is_valid()) return parse_root(value, result.trace_id);
  if (key == "Parent" && !result.span_id.is_valid()) {
    return detail::parse_span_id(value, result.span_id);
  }
  if (key == "Sampled" && !result.has_state) {
    result.has_state = true;
    return parse_state(value, result.sampling);
  }
  return ParseError();
}

ParseError parse(std::string_view text, XRayContext& result) noexcept {
  if (text.empty()) return {ErrorCode::empty, 0};
  const auto place_of = [text](std::string_view part) {
    return static_cast<std::size_t>(part.data() - text.data());
  };
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(';', begin), text.size());
    const std::string_view pair = detail::trim(text.substr(begin, end - begin));
    begin = end + 1;
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return {ErrorCode::missing_equals, place_of(pair) + pair.size()};
    }
    const std::string_view value = detail::trim(pair.substr(equals + 1));
    const ParseError error = parse_pair(detail::trim(pair.substr(0, equals)), value, result);
    if (error) return shifted(error, place_of(value));
  }
  return result.trace_id.is_valid() ? ParseError()
                                    : ParseError{ErrorCode::missing_field, text.size()};
}

Extracted read(std::string_view value, std::string_view name, Context& context,
               ExtractReport* report) noexcept {
  XRayContext result;
  const ParseError error = parse(detail::trim(value), result);
  if (error) return detail::reject_value(value, name, error, report);
  return detail::take_ids(context, result.trace_id, result.span_id, result.sampling);
}

}  // namespace

constinit const FormatTraits formats::xray = {
    .name = "xray",
    .specification = "AWS X-Ray, tracing header",
    .fields = field_names,
    .says = {.ids = true, .trace_id_high = true, .defer = true, .lone_trace_id = true},
};

constinit const FormatTraits formats::xray_lambda = {
    .name = "xray-lambda",
    .specification = "OpenTelemetry's conventions for AWS Lambda",
    .fields = field_names,
    .says = {.ids = true, .trace_id_high = true, .defer = true, .lone_trace_id = true},
    .reads_elsewhere = true,
    .variable = variable,
};

Extracted AwsXRayPropagator::extract(CarrierReader carrier, Context& context,
                                     ExtractReport* report) const {
  const auto value = carrier.get(field);
  return value ? read(*value, field, context, report) : Extracted::nothing;
}

void AwsXRayPropagator::inject(const Context& context, CarrierWriter carrier) const {
  const SpanContext& span_context = context.span_context();
  if (!context.trace_id().is_valid()) {
    carrier.erase(field);
    return;
  }
  constexpr std::string_view root_label = "Root=";
  constexpr std::string_view parent_label = ";Parent=";
  constexpr std::string_view sampled_label = ";Sampled=";
  std::array<char, TraceId::hex_size> trace_id;
  span_context.trace_id.write_hex(trace_id);

  detail::BoundedWriter<root_label.size() + root_size + parent_label.size() + SpanId::hex_size +
                        sampled_label.size() + 1>
      value;
  value.append(root_label).append(version);
  value.append({trace_id.data(), time_size}).append('-');
  value.append({trace_id.data() + time_size, trace_id.size() - time_size});
  if (span_context.is_valid()) {
    value.append(parent_label).append_hex(span_context.span_id.value());
  }
  if (context.sampling() != Sampling::defer) {
    value.append(sampled_label).append(is_sampled(context.sampling()) ? '1' : '0');
  }
  carrier.set(field, value.view());
}

Extracted AwsXRayLambdaPropagator::extract(CarrierReader carrier, Context& context,
                                           ExtractReport* report) const {
  const bool is_known = context.span_context().is_valid();
  const Extracted found = xray_.extract(carrier, context, report);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as long as no thread changes the environment
  const char* const value = is_known ? nullptr : std::getenv(variable);
  if (value == nullptr || *value == '\0') return found;
  return std::max(found, read(value, variable, context, report));
}

}  // namespace baton
