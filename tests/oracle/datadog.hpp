#pragma once

#include <optional>
#include <string>

#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// Whether to record, or defer for what is no number.
inline std::string read_datadog_priority(const std::string& text) {
  const bool is_negative = text.substr(0, 1) == "-";
  const auto number = hex_of_decimal(is_negative ? text.substr(1) : text);
  if (!number) return "defer";
  return is_negative || is_zero(*number) ? "drop" : "sample";
}

/// The 16 digits of the first `_dd.p.tid`, or zeros where there is none or a bad one.
inline std::string read_datadog_tags(const std::string& tags) {
  for (const std::string& tag : split(tags, ',')) {
    std::string key;
    std::string value;
    if (!cut(trim(tag), '=', key, value) || key != "_dd.p.tid") continue;
    if (value.size() == 16 && is_lower_hex(value)) return value;
    break;
  }
  return std::string(16, '0');
}

/// An absent field is as good as an empty one: either gives no id, no decision, and no tags.
inline std::optional<Found> read_datadog(const Fields& fields) {
  const auto text_of = [&fields](const char* name) {
    return trim(fields.first(name).value_or(""));
  };
  const auto low = hex_of_decimal(text_of("x-datadog-trace-id"));
  const auto span_id = hex_of_decimal(text_of("x-datadog-parent-id"));
  if (!low || is_zero(*low) || !span_id) return std::nullopt;
  return Found{read_datadog_tags(text_of("x-datadog-tags")) + *low,
               is_zero(*span_id) ? "" : *span_id,
               read_datadog_priority(text_of("x-datadog-sampling-priority")),
               {}};
}

}  // namespace oracle
