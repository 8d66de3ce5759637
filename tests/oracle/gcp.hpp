// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// `{32 lowercase hex}/{decimal uint64}[;o={n}]`, n of 1 to 3 digits or `TRACE_TRUE`; span 0 is
/// none.
inline std::optional<Found> read_gcp(const Fields& fields) {
  const auto value = fields.first("x-cloud-trace-context");
  if (!value) return std::nullopt;
  Found found;
  std::string rest;
  if (!cut(trim(*value), '/', found.trace_id, rest)) return std::nullopt;
  if (found.trace_id.size() != 32 || !is_lower_hex(found.trace_id) || is_zero(found.trace_id)) {
    return std::nullopt;
  }
  std::string number = rest;
  std::string options;
  if (cut(rest, ';', number, options)) {
    if (options == "o=TRACE_TRUE") options = "o=1";
    if (options.substr(0, 2) != "o=" || options.size() < 3 || options.size() > 5 ||
        !all_of(options.substr(2), digits)) {
      return std::nullopt;
    }
    found.sampling = contains("13579", options.back()) ? "sample" : "drop";
  }
  const auto span_id = hex_of_decimal(number);
  if (!span_id) return std::nullopt;
  if (!is_zero(*span_id)) found.span_id = *span_id;
  return found;
}

}  // namespace oracle
