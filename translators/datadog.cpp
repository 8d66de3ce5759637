// SPDX-License-Identifier: Apache-2.0
#include "baton/translators/datadog.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/set_or_erase.hpp"
#include "text/bounded_writer.hpp"
#include "translators/datadog_state.hpp"
#include "translators/parsing.hpp"

namespace baton {
namespace {

using detail::BoundedWriter;
using detail::DatadogState;
using detail::get_trimmed;
using detail::reject;
using detail::set_or_erase;
using detail::shifted;

constexpr std::string_view trace_id_field = "x-datadog-trace-id";
constexpr std::string_view parent_id_field = "x-datadog-parent-id";
constexpr std::string_view priority_field = "x-datadog-sampling-priority";
constexpr std::string_view origin_field = "x-datadog-origin";
constexpr std::string_view tags_field = "x-datadog-tags";
constexpr std::array field_names{trace_id_field, parent_id_field, priority_field, origin_field,
                                 tags_field};

constexpr std::size_t high_bits_size = 16;

ParseError parse_id(std::string_view text, std::uint64_t& id) noexcept {
  return text.empty() ? ParseError{ErrorCode::empty, 0} : detail::parse_decimal(text, id);
}

/// Reads the high 64 bits of the trace id and, up to the limit, the tags to forward. Calls
/// `on_error` with errors of either.
template <class OnError>
void parse_tags(std::string_view text, std::uint64_t& high, DatadogState& state, OnError on_error) {
  bool has_high = false;
  for (std::size_t begin = 0; begin < text.size() && !(has_high && state.is_full());) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view tag = detail::trim(text.substr(begin, end - begin));
    begin = end + 1;
    const std::size_t equals = tag.find('=');
    if (!tag.starts_with(DatadogState::tag_prefix) || equals == std::string_view::npos) continue;
    const std::string_view name =
        tag.substr(DatadogState::tag_prefix.size(), equals - DatadogState::tag_prefix.size());
    const std::string_view value = tag.substr(equals + 1);
    if (name != DatadogState::high_bits_name) {
      const bool was_full = state.is_full();
      if (!state.add_tag(name, value) && !was_full) {
        on_error({ErrorCode::value_too_long, static_cast<std::size_t>(tag.data() - text.data())});
      }
    } else if (!std::exchange(has_high, true)) {
      const ParseError error = detail::parse_hex16(value, high);
      if (!error) continue;
      on_error(shifted(error, static_cast<std::size_t>(value.data() - text.data())));
    }
  }
}

}  // namespace

constinit const FormatTraits formats::datadog = {
    .name = "datadog",
    .specification = "Datadog's tracers",
    .fields = field_names,
    .state_key = DatadogState::key,
    .says = {.ids = true, .trace_id_high = true, .defer = true, .lone_trace_id = true},
};

std::optional<TraceState> DatadogPropagator::reconcile(const TraceState& state, Sampling sampling,
                                                       const TraceState& found) const noexcept {
  return DatadogState::reconcile(state, sampling, found);
}

Extracted DatadogPropagator::extract(CarrierReader carrier, Context& context,
                                     ExtractReport* report) const {
  const auto trace_id = get_trimmed(carrier, trace_id_field);
  const auto parent_id = get_trimmed(carrier, parent_id_field);
  if (!trace_id && !parent_id) return Extracted::nothing;
  if (!trace_id) return reject(carrier, trace_id_field, {ErrorCode::missing_field, 0}, report);
  const auto origin = get_trimmed(carrier, origin_field);
  // A caller that has an origin may have started the trace without a span of its own.
  if (!parent_id && (!origin || origin->empty())) {
    return reject(carrier, parent_id_field, {ErrorCode::missing_field, 0}, report);
  }
  std::uint64_t low = 0;
  ParseError error = parse_id(*trace_id, low);
  if (!error && low == 0) error = {ErrorCode::zero_trace_id, 0};
  if (error) return reject(carrier, trace_id_field, error, report);
  std::uint64_t span_id = 0;
  if (parent_id) error = parse_id(*parent_id, span_id);
  if (error) return reject(carrier, parent_id_field, error, report);

  DatadogState state;
  Sampling sampling = Sampling::defer;
  if (const auto text = get_trimmed(carrier, priority_field)) {
    std::int32_t priority = 0;
    error = detail::parse_datadog_priority(*text, priority);
    if (!error) {
      sampling = priority > 0 ? Sampling::sample : Sampling::drop;
      state.add_priority(priority);
    } else {
      reject(carrier, priority_field, error, report);
    }
  }
  if (origin && !state.add_origin(*origin)) {
    reject(carrier, origin_field, {ErrorCode::value_too_long, 0}, report);
  }
  std::uint64_t high = 0;
  if (const auto tags = get_trimmed(carrier, tags_field)) {
    parse_tags(*tags, high, state,
               [&](ParseError wrong) { reject(carrier, tags_field, wrong, report); });
  }
  return detail::take_ids(context, TraceId(high, low), SpanId(span_id), sampling,
                          state.to_trace_state());
}

namespace {

// Datadog's tracers read no longer field. A tag of at least 6 characters in tracestate grows by 4.
constexpr std::size_t max_tags_size = 512;
static_assert((DatadogState::max_size + 1) * 10 / 6 + DatadogState::tag_prefix.size() +
                  DatadogState::high_bits_name.size() + 1 + high_bits_size <=
              max_tags_size);

/// For text from tracestate, in which `=` cannot occur.
constexpr char decode(char c) noexcept { return c == '~' ? '=' : c; }

void set_decimal(CarrierWriter carrier, std::string_view field, std::uint64_t number) {
  BoundedWriter<detail::max_decimal_digits> digits;
  carrier.set(field, digits.append_decimal(number).view());
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

  const DatadogState state(span_context.trace_state, context.sampling());
  std::string_view priority;
  BoundedWriter<DatadogState::max_size> origin;
  BoundedWriter<max_tags_size> tags;
  const auto begin_tag = [&tags](std::string_view name) {
    if (!tags.view().empty()) tags.append(',');
    tags.append(DatadogState::tag_prefix).append(name).append('=');
  };
  if (trace_id.high() != 0) {
    begin_tag(DatadogState::high_bits_name);
    tags.append_hex(trace_id.high());
  }
  state.for_each([&](const DatadogState::Pair& pair) {
    if (pair.key == "s") {
      priority = pair.value;
    } else if (pair.key == "o") {
      origin.append_encoded(pair.value, decode);
    } else {
      begin_tag(pair.key.substr(2));
      tags.append_encoded(pair.value, decode);
    }
  });
  set_or_erase(carrier, priority_field, priority);
  set_or_erase(carrier, origin_field, origin.view());
  set_or_erase(carrier, tags_field, tags.view());
}

}  // namespace baton
