// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "oracle/family.hpp"
#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// Nothing without two valid ids.
inline std::optional<Found> read_ottrace(const Fields& fields) {
  const std::string trace_id = trim(fields.first("ot-tracer-traceid").value_or(""));
  const std::string span_id = trim(fields.first("ot-tracer-spanid").value_or(""));
  const std::string sampled = ascii_lower(trim(fields.first("ot-tracer-sampled").value_or("")));
  const bool has_size = trace_id.size() <= 32 && span_id.size() <= 16;
  if (!has_size || !is_lower_hex(trace_id + span_id) || is_zero(trace_id) || is_zero(span_id)) {
    return std::nullopt;
  }
  Found found;
  found.trace_id = std::string(32 - trace_id.size(), '0') + trace_id;
  found.span_id = std::string(16 - span_id.size(), '0') + span_id;
  if (sampled == "true" || sampled == "1") found.sampling = "sample";
  if (sampled == "false" || sampled == "0") found.sampling = "drop";
  found.baggage = read_family(fields, "ot-baggage-");
  found.in_names = found.baggage.size();
  return found;
}

}  // namespace oracle
