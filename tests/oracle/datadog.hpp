// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// What Datadog's tracers forward beside ids.
struct DatadogExtras {
  std::string priority;  ///< empty for none
  std::string origin;    ///< empty for none
  std::vector<std::pair<std::string, std::string>> tags;
};

/// With "_" for unprintable characters and the given ones, and "~" for "=".
inline std::string datadog_encoded(std::string text, const std::string& others) {
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e || contains(others, c)) c = '_';
    if (c == '=') c = '~';
  }
  return text;
}

inline std::string datadog_decoded(std::string text) {
  for (char& c : text) {
    if (c == '~') c = '=';
  }
  return text;
}

/// The value of `dd`; empty if it adds nothing to the decision.
inline std::string write_dd(const DatadogExtras& extras) {
  std::vector<std::string> pairs;
  if (!extras.priority.empty()) pairs.push_back("s:" + extras.priority);
  if (!extras.origin.empty()) pairs.push_back("o:" + datadog_encoded(extras.origin, ",;~"));
  for (const auto& [name, value] : extras.tags) {
    pairs.push_back("t." + datadog_encoded(name, " ,;=:") + ":" + datadog_encoded(value, ",;~"));
  }
  while (("dd=" + join(pairs, ";")).size() > 256) pairs.pop_back();
  const std::string value = join(pairs, ";");
  return value == "s:0" || value == "s:1" ? "" : value;
}

/// A priority as it is sent; nothing if it is not a number of at most 64 bits.
inline std::optional<std::string> read_datadog_priority(const std::string& text) {
  const bool is_negative = text.substr(0, 1) == "-";
  const auto hex = hex_of_decimal(is_negative ? text.substr(1) : text);
  if (!hex) return std::nullopt;
  const std::string greatest = is_negative ? "0000000080000000" : "000000007fffffff";  // of 32 bits
  if (is_zero(*hex)) return "0";
  if (*hex > greatest) return is_negative ? "0" : "1";
  return (is_negative ? "-" : "") + std::to_string(std::stoul(*hex, nullptr, 16));
}

inline bool keeps(const std::string& priority) { return priority[0] != '-' && priority != "0"; }

/// The content of `dd` beside a decision, which counts if the two contradict each other.
inline DatadogExtras read_dd(const std::string& value, const std::string& sampling) {
  DatadogExtras extras;
  const bool is_sampled = sampling == "sample" || sampling == "debug";
  if (sampling != "defer") extras.priority = is_sampled ? "1" : "0";
  for (const std::string& pair : split(value, ';')) {
    std::string key;
    std::string text;
    if (!cut(pair, ':', key, text)) continue;
    text = trim(text);
    const auto priority = read_datadog_priority(text);
    if (key == "s" && priority && sampling != "defer" && keeps(*priority) == is_sampled) {
      extras.priority = *priority;
    }
    if (key == "o") extras.origin = datadog_decoded(text);
    if (key.substr(0, 2) == "t." && key.size() > 2 && key != "t.tid" && !text.empty()) {
      extras.tags.emplace_back(key.substr(2), datadog_decoded(text));
    }
  }
  return extras;
}

/// The `dd` of a tracestate for a known decision and the `dd` of Datadog's own fields: without
/// contradicting priorities, and with the pairs that it lacks.
inline std::string reconcile_dd(const std::string& dd, const std::string& found,
                                const std::string& sampling) {
  const bool is_sampled = sampling == "sample" || sampling == "debug";
  std::string agreeing[2];
  std::vector<std::string> pairs[2];
  std::set<std::string> keys;
  bool contradicts = false;
  for (int i = 0; i < 2; ++i) {
    for (const std::string& pair : split(i == 0 ? dd : found, ';')) {
      std::string key;
      std::string text;
      const bool has_colon = cut(pair, ':', key, text);
      if (has_colon && key == "s") {
        const auto priority = read_datadog_priority(trim(text));
        const bool agrees = priority && sampling != "defer" && keeps(*priority) == is_sampled;
        if (agrees) agreeing[i] = *priority;
        if (!agrees && i == 0) contradicts = true;
      } else if (!pair.empty() && (i == 0 || !keys.contains(key))) {
        pairs[i].push_back(pair);
        if (i == 0 && has_colon) keys.insert(key);
      }
    }
  }
  std::string priority = agreeing[0].empty() ? agreeing[1] : agreeing[0];
  if (priority.empty() && contradicts && sampling != "defer") priority = is_sampled ? "1" : "0";
  std::vector<std::string> joined = pairs[0];
  if (!priority.empty()) joined.insert(joined.begin(), "s:" + priority);
  const std::size_t own = joined.size();
  joined.insert(joined.end(), pairs[1].begin(), pairs[1].end());
  while (!joined.empty() && ("dd=" + join(joined, ";")).size() > 256) joined.pop_back();
  if (!contradicts && priority == agreeing[0] && joined.size() <= own) return dd;
  std::string value = join(joined, ";");
  while (!value.empty() && value.back() == ' ') value.pop_back();
  return value;
}

/// The 16 digits of the first `_dd.p.tid`, or zeros if it is absent or invalid, and the other tags,
/// without their prefix.
inline std::string read_datadog_tags(const std::string& text, DatadogExtras& extras) {
  std::string high;
  for (const std::string& tag : split(text, ',')) {
    std::string key;
    std::string value;
    if (!cut(trim(tag), '=', key, value) || key.substr(0, 6) != "_dd.p.") continue;
    if (key != "_dd.p.tid") {
      value = trim(value);
      if (key.size() > 6 && !value.empty()) extras.tags.emplace_back(key.substr(6), value);
    } else if (high.empty()) {
      high = value.size() == 16 && is_lower_hex(value) ? value : std::string(16, '0');
    }
  }
  return high.empty() ? std::string(16, '0') : high;
}

/// An absent field is the same as an empty one: it has no id, no decision, and no tags.
inline std::optional<Found> read_datadog(const Fields& fields) {
  const auto text_of = [&fields](const char* name) {
    return trim(fields.first(name).value_or(""));
  };
  const auto low = hex_of_decimal(text_of("x-datadog-trace-id"));
  DatadogExtras extras;
  extras.origin = text_of("x-datadog-origin");
  const bool is_first = !fields.first("x-datadog-parent-id") && !extras.origin.empty();
  const auto span_id = hex_of_decimal(is_first ? "0" : text_of("x-datadog-parent-id"));
  if (!low || is_zero(*low) || !span_id) return std::nullopt;
  const auto priority = read_datadog_priority(text_of("x-datadog-sampling-priority"));
  extras.priority = priority.value_or("");
  Found found;
  found.trace_id = read_datadog_tags(text_of("x-datadog-tags"), extras) + *low;
  found.span_id = is_zero(*span_id) ? "" : *span_id;
  if (priority) found.sampling = keeps(*priority) ? "sample" : "drop";
  found.dd = write_dd(extras);
  return found;
}

}  // namespace oracle
