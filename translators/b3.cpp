// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/b3.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/set_or_erase.hpp"
#include "text/bounded_writer.hpp"
#include "translators/parsing.hpp"

namespace baton {
namespace {

using detail::BoundedWriter;
using detail::get_trimmed;
using detail::reject;
using detail::shifted;

constexpr std::string_view single_field = "b3";
constexpr std::string_view trace_id_field = "x-b3-traceid";
constexpr std::string_view span_id_field = "x-b3-spanid";
constexpr std::string_view parent_id_field = "x-b3-parentspanid";
constexpr std::string_view sampled_field = "x-b3-sampled";
constexpr std::string_view flags_field = "x-b3-flags";

constexpr std::array single_fields{single_field};
constexpr std::array multi_fields{trace_id_field, span_id_field, parent_id_field, sampled_field,
                                  flags_field};

/// Of both encodings.
constexpr Vocabulary vocabulary = {
    .ids = true,
    .trace_id_high = true,
    .defer = true,
    .debug = true,
    .lone_decision = true,
    .lone_debug = true,
};

constexpr std::size_t short_trace_id_size = 16;

/// The content of either encoding. Without ids it is a decision alone.
struct B3Context {
  TraceId trace_id;
  SpanId span_id;
  Sampling sampling = Sampling::defer;
};

constexpr std::optional<Sampling> parse_state(std::string_view text) noexcept {
  if (text == "1") return Sampling::sample;
  if (text == "0") return Sampling::drop;
  if (text == "d") return Sampling::debug;
  return std::nullopt;
}

/// Reads ids and a state without a parent, the most common form. False: the text may be malformed
/// or in another form; `parse_single` decides.
bool parse_usual(std::string_view text, B3Context& result) noexcept {
  const std::size_t dash = text.size() > 35 ? TraceId::hex_size : short_trace_id_size;
  const std::size_t end = dash + 1 + SpanId::hex_size;
  if ((text.size() != end && text.size() != end + 2) || text[dash] != '-') return false;
  const std::string_view trace_id = text.substr(0, dash);
  const std::string_view span_id = text.substr(dash + 1, SpanId::hex_size);
  if (detail::parse_long_or_short_trace_id(trace_id, result.trace_id) ||
      detail::parse_span_id(span_id, result.span_id)) {
    return false;
  }
  if (text.size() == end) return true;
  const auto state = parse_state(text.substr(end + 1));
  if (text[end] != '-' || !state) return false;
  result.sampling = *state;
  return true;
}

/// The part that begins at `begin` and ends before the next "-".
std::string_view part_at(std::string_view text, std::size_t begin) noexcept {
  return text.substr(begin, text.find('-', begin) - begin);
}

ParseError parse_single(std::string_view text, B3Context& result) noexcept {
  if (text.empty()) return {ErrorCode::empty, 0};
  if (text.size() == 1) {
    const auto state = parse_state(text);
    if (!state) return {ErrorCode::bad_sampling_state, 0};
    result.sampling = *state;
    return ParseError();
  }

  const std::string_view trace_id = part_at(text, 0);
  ParseError error = detail::parse_long_or_short_trace_id(trace_id, result.trace_id);
  if (error) return error;

  std::size_t at = trace_id.size() + 1;
  if (at > text.size()) return {ErrorCode::too_short, text.size()};
  const std::string_view span_id = part_at(text, at);
  error = detail::parse_span_id(span_id, result.span_id);
  if (error) return shifted(error, at);

  at += span_id.size() + 1;
  if (at > text.size()) return ParseError();
  std::string_view parent = part_at(text, at);
  if (parent.size() != SpanId::hex_size) {
    const auto state = parse_state(parent);
    if (!state) return {ErrorCode::bad_sampling_state, at};
    result.sampling = *state;
    at += parent.size() + 1;
    if (at > text.size()) return ParseError();
    parent = part_at(text, at);
  }
  std::uint64_t unused = 0;
  error = detail::parse_hex16(parent, unused);
  if (error) return shifted(error, at);
  at += parent.size();
  return at == text.size() ? ParseError() : ParseError{ErrorCode::too_long, at};
}

Extracted extract_multi(CarrierReader carrier, B3Context& result, ExtractReport* report) {
  Extracted found = Extracted::nothing;
  // An empty field means nothing: applications that forward all fields by hand send empty ones from
  // every root span.
  const auto get = [&](std::string_view field) {
    auto value = get_trimmed(carrier, field);
    if (value && value->empty()) {
      found = reject(carrier, field, {ErrorCode::empty, 0}, report);
      value.reset();
    }
    return value;
  };
  const auto trace_id = get(trace_id_field);
  const auto span_id = get(span_id_field);
  const auto sampled = get(sampled_field);
  const auto flags = get(flags_field);
  const auto parent_id = get(parent_id_field);

  if (sampled) {
    const auto state = detail::parse_sampled(*sampled);
    if (!state) {
      return reject(carrier, sampled_field, {ErrorCode::bad_sampling_state, 0}, report);
    }
    result.sampling = *state;
  }
  if (flags && *flags == "1") result.sampling = Sampling::debug;

  if (parent_id) {
    std::uint64_t unused = 0;
    const ParseError error = detail::parse_hex16(*parent_id, unused);
    if (error) return reject(carrier, parent_id_field, error, report);
  }
  if (!trace_id && !span_id) {
    return result.sampling == Sampling::defer ? found : Extracted::decision;
  }
  if (!trace_id) return reject(carrier, trace_id_field, {ErrorCode::missing_field, 0}, report);
  if (!span_id) return reject(carrier, span_id_field, {ErrorCode::missing_field, 0}, report);
  ParseError error = detail::parse_long_or_short_trace_id(*trace_id, result.trace_id);
  if (error) return reject(carrier, trace_id_field, error, report);
  error = detail::parse_span_id(*span_id, result.span_id);
  if (error) return reject(carrier, span_id_field, error, report);
  return Extracted::span_context;
}

Extracted extract_either(CarrierReader carrier, B3Context& result, ExtractReport* report) {
  const auto single = get_trimmed(carrier, single_field);
  if (!single) return extract_multi(carrier, result, report);
  if (!parse_usual(*single, result)) {
    result = {};
    const ParseError error = parse_single(*single, result);
    if (error) {
      reject(carrier, single_field, error, report);
      result = {};
      return std::max(Extracted::malformed, extract_multi(carrier, result, report));
    }
  }
  return result.trace_id.is_valid() ? Extracted::span_context : Extracted::decision;
}

}  // namespace

constinit const FormatTraits formats::b3 = {
    .name = "b3",
    .specification = "openzipkin/b3-propagation",
    .fields = single_fields,
    .also_reads = multi_fields,
    .says = vocabulary,
};

constinit const FormatTraits formats::b3multi = {
    .name = "b3multi",
    .specification = "openzipkin/b3-propagation",
    .fields = multi_fields,
    .also_reads = single_fields,
    .says = vocabulary,
};

Extracted B3Propagator::extract(CarrierReader carrier, Context& context,
                                ExtractReport* report) const {
  B3Context result;
  const Extracted found = extract_either(carrier, result, report);
  if (found == Extracted::span_context) {
    return detail::take_span(context, result.trace_id, result.span_id, result.sampling);
  }
  return found == Extracted::decision ? detail::take_decision(context, result.sampling) : found;
}

namespace {

template <std::size_t capacity>
void append_trace_id(TraceId id, bool may_be_short, BoundedWriter<capacity>& out) noexcept {
  if (!may_be_short || id.high() != 0) out.append_hex(id.high());
  out.append_hex(id.low());
}

/// The state of the single encoding; empty for defer.
constexpr std::string_view single_state(Sampling sampling) noexcept {
  switch (sampling) {
    case Sampling::drop: return "0";
    case Sampling::sample: return "1";
    case Sampling::debug: return "d";
    case Sampling::defer: break;
  }
  return {};
}

void inject_single(const Context& context, CarrierWriter carrier, bool short_trace_ids) {
  const SpanContext& span_context = context.span_context();
  const std::string_view state = single_state(detail::sampling_to_say(context));
  if (!span_context.is_valid()) return detail::set_or_erase(carrier, single_field, state);

  BoundedWriter<TraceId::hex_size + 1 + SpanId::hex_size + 2> value;
  append_trace_id(span_context.trace_id, short_trace_ids, value);
  value.append('-').append_hex(span_context.span_id.value());
  if (!state.empty()) value.append('-').append(state.front());
  carrier.set(single_field, value.view());
}

void inject_multi(const Context& context, CarrierWriter carrier, bool short_trace_ids) {
  const SpanContext& span_context = context.span_context();
  if (span_context.is_valid()) {
    BoundedWriter<TraceId::hex_size> trace_id;
    append_trace_id(span_context.trace_id, short_trace_ids, trace_id);
    carrier.set(trace_id_field, trace_id.view());
    BoundedWriter<SpanId::hex_size> span_id;
    carrier.set(span_id_field, span_id.append_hex(span_context.span_id.value()).view());
  } else {
    carrier.erase(trace_id_field);
    carrier.erase(span_id_field);
  }
  carrier.erase(parent_id_field);

  const Sampling sampling = detail::sampling_to_say(context);
  switch (sampling) {
    case Sampling::drop: carrier.set(sampled_field, "0"); break;
    case Sampling::sample: carrier.set(sampled_field, "1"); break;
    case Sampling::debug:  // implies accept, so only the flag is sent
    case Sampling::defer: carrier.erase(sampled_field); break;
  }
  if (sampling == Sampling::debug) {
    carrier.set(flags_field, "1");
  } else {
    carrier.erase(flags_field);
  }
}

}  // namespace

void B3Propagator::inject(const Context& context, CarrierWriter carrier) const {
  if (options_.encoding == Encoding::single) {
    inject_single(context, carrier, options_.short_trace_ids);
  } else {
    inject_multi(context, carrier, options_.short_trace_ids);
  }
}

}  // namespace baton
