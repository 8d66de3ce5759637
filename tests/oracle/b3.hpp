// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/text.hpp"

namespace oracle {

inline bool is_b3_trace_id(const std::string& id) {
  return (id.size() == 16 || id.size() == 32) && is_lower_hex(id) && !is_zero(id);
}

inline bool is_b3_span_id(const std::string& id) {
  return id.size() == 16 && is_lower_hex(id) && !is_zero(id);
}

inline bool is_b3_parent_id(const std::string& id) { return id.size() == 16 && is_lower_hex(id); }

inline std::string padded(const std::string& trace_id) {
  return std::string(32 - trace_id.size(), '0') + trace_id;
}

inline std::optional<std::string> read_b3_state(const std::string& state) {
  if (state == "1") return "sample";
  if (state == "0") return "drop";
  if (state == "d") return "debug";
  return std::nullopt;
}

/// openzipkin/b3-propagation, the single field.
inline std::optional<Found> read_b3_single(const std::string& value) {
  const std::string field = trim(value);
  if (const auto decision = read_b3_state(field)) return Found{"", "", *decision, {}};

  const std::vector<std::string> parts = split(field, '-');
  if (parts.size() < 2 || parts.size() > 4) return std::nullopt;
  if (!is_b3_trace_id(parts[0]) || !is_b3_span_id(parts[1])) return std::nullopt;
  Found result{padded(parts[0]), parts[1], "defer", {}};
  if (parts.size() == 2) return result;
  if (parts.size() == 3 && is_b3_parent_id(parts[2])) return result;
  const auto state = read_b3_state(parts[2]);
  if (!state) return std::nullopt;
  result.sampling = *state;
  if (parts.size() == 4 && !is_b3_parent_id(parts[3])) return std::nullopt;
  return result;
}

/// An empty field counts as absent.
inline std::optional<std::string> trimmed(const Fields& fields, const std::string& name) {
  const std::string value = trim(fields.first(name).value_or(""));
  if (value.empty()) return std::nullopt;
  return value;
}

/// openzipkin/b3-propagation, the fields that start with `x-b3-`.
inline std::optional<Found> read_b3_multi(const Fields& fields) {
  const auto trace_id = trimmed(fields, "x-b3-traceid");
  const auto span_id = trimmed(fields, "x-b3-spanid");
  const auto parent_id = trimmed(fields, "x-b3-parentspanid");
  const auto sampled = trimmed(fields, "x-b3-sampled");
  const auto flags = trimmed(fields, "x-b3-flags");

  Found result;
  bool says_something = false;
  if (sampled) {
    const std::string state = ascii_lower(*sampled);
    if (state == "1" || state == "true") {
      result.sampling = "sample";
    } else if (state == "0" || state == "false") {
      result.sampling = "drop";
    } else {
      return std::nullopt;
    }
    says_something = true;
  }
  if (flags && *flags == "1") {
    result.sampling = "debug";
    says_something = true;
  }
  if (parent_id && !is_b3_parent_id(*parent_id)) return std::nullopt;
  if (trace_id || span_id) {
    if (!trace_id || !span_id) return std::nullopt;
    if (!is_b3_trace_id(*trace_id) || !is_b3_span_id(*span_id)) return std::nullopt;
    result.trace_id = padded(*trace_id);
    result.span_id = *span_id;
    says_something = true;
  }
  if (!says_something) return std::nullopt;
  return result;
}

/// Both encodings: the single field first, the others if it is absent or malformed.
inline std::optional<Found> read_b3(const Fields& fields) {
  if (const auto single = fields.first("b3")) {
    if (const auto result = read_b3_single(*single)) return result;
  }
  return read_b3_multi(fields);
}

}  // namespace oracle
