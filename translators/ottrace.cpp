// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/ottrace.hpp"

#include <array>
#include <string_view>

#include "text/bounded_writer.hpp"
#include "translators/baggage_fields.hpp"
#include "translators/parsing.hpp"

namespace baton {
namespace {

using detail::get_trimmed;
using detail::HexCase;
using detail::reject;

constexpr std::string_view trace_id_field = "ot-tracer-traceid";
constexpr std::string_view span_id_field = "ot-tracer-spanid";
constexpr std::string_view sampled_field = "ot-tracer-sampled";
constexpr std::string_view baggage_prefix = "ot-baggage-";
constexpr std::array baggage_prefixes{baggage_prefix};
constexpr std::array field_names{trace_id_field, span_id_field, sampled_field};

void set_hex(CarrierWriter carrier, std::string_view field, std::uint64_t number) {
  detail::BoundedWriter<SpanId::hex_size> digits;
  carrier.set(field, digits.append_hex(number).view());
}

/// The format has no escapes: a value that a field cannot carry unchanged is not sent.
bool encode(std::string_view bytes, detail::GrowingText& out) {
  if (detail::printable.find_outside(bytes) != bytes.size()) return false;
  if (detail::trim(bytes).size() != bytes.size()) return false;
  out.append(bytes);
  return true;
}

}  // namespace

constinit const FormatTraits formats::ottrace = {
    .name = "ottrace",
    .specification = "OpenTelemetry's OT trace propagator",
    .fields = field_names,
    .prefixes = baggage_prefixes,
    .says = {.ids = true, .defer = true, .baggage = true},
};

Extracted OtTracePropagator::extract(CarrierReader carrier, Context& context,
                                     ExtractReport* report) const {
  const auto trace_id_text = get_trimmed(carrier, trace_id_field);
  const auto span_id_text = get_trimmed(carrier, span_id_field);
  if (!trace_id_text && !span_id_text) return Extracted::nothing;
  if (!trace_id_text) return reject(carrier, trace_id_field, {ErrorCode::missing_field, 0}, report);
  if (!span_id_text) return reject(carrier, span_id_field, {ErrorCode::missing_field, 0}, report);
  TraceId trace_id;
  ParseError error = detail::parse_padded_trace_id<HexCase::lower>(*trace_id_text, trace_id);
  if (error) return reject(carrier, trace_id_field, error, report);
  SpanId span_id;
  error = detail::parse_padded_span_id<HexCase::lower>(*span_id_text, span_id);
  if (error) return reject(carrier, span_id_field, error, report);

  const auto sampled = get_trimmed(carrier, sampled_field);
  const auto sampling = sampled ? detail::parse_sampled(*sampled) : std::nullopt;
  detail::take_span(context, trace_id, span_id, sampling.value_or(Sampling::defer));
  detail::BaggageFieldsReader baggage(context, limits_, report);
  baggage.read_family(carrier, baggage_prefix, [](std::string_view value) { return value; });
  baggage.finish();
  return Extracted::span_context;
}

void OtTracePropagator::inject(const Context& context, CarrierWriter carrier) const {
  const SpanContext& span_context = context.span_context();
  const std::uint64_t low_half = span_context.trace_id.low();
  if (!span_context.is_valid() || low_half == 0) {
    for (const std::string_view field : field_names) carrier.erase(field);
    return;
  }
  set_hex(carrier, trace_id_field, low_half);
  set_hex(carrier, span_id_field, span_context.span_id.value());
  if (context.sampling() == Sampling::defer) {
    carrier.erase(sampled_field);
  } else {
    carrier.set(sampled_field, is_sampled(context.sampling()) ? "true" : "false");
  }
  detail::write_baggage_family(context.baggage(), carrier, baggage_prefix, encode);
}

}  // namespace baton
