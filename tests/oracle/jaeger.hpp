// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "oracle/family.hpp"
#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/percent.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// `trace:span:parent:flags`; the colons may be written as `%3A`.
inline std::optional<Found> read_uber_trace_id(const std::string& value) {
  std::string text = trim(value);
  for (const std::string colon : {"%3A", "%3a"}) {
    for (std::size_t at = 0; (at = text.find(colon)) != std::string::npos;) {
      text.replace(at, colon.size(), ":");
    }
  }
  const std::vector<std::string> parts = split(text, ':');
  if (parts.size() != 4) return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U}) {
    const std::size_t most = i == 0 ? 32 : i == 1 ? 16 : 2;
    const bool is_hex = is_lower_hex(ascii_lower(parts[i]));
    if (parts[i].empty() || parts[i].size() > most || !is_hex) return std::nullopt;
    if (i != 3 && is_zero(parts[i])) return std::nullopt;
  }
  Found found;
  found.trace_id = std::string(32 - parts[0].size(), '0') + ascii_lower(parts[0]);
  found.span_id = std::string(16 - parts[1].size(), '0') + ascii_lower(parts[1]);
  const int flags = hex_value(parts[3].back());
  found.sampling = flags % 2 == 0 ? "drop" : flags / 2 % 2 == 0 ? "sample" : "debug";
  return found;
}

/// At most the usual limit of baggage is read, of all instances together. An entry without "=" is
/// one with an invalid key.
inline void read_jaeger_baggage(const std::vector<std::string>& instances, Pairs& entries) {
  std::size_t begin = 0;
  for (const std::string& part : split(join(instances, ","), ',')) {
    begin += part.size() + 1;
    const std::string entry = trim(part);
    if (entry.empty()) continue;
    if (begin - 1 > 8192) return;
    std::string key;
    std::string value;
    cut(entry, '=', key, value);
    entries.emplace_back(trim(key), trim(value));
  }
}

inline std::optional<Found> read_jaeger(const Fields& fields) {
  Found found;
  if (const auto value = fields.first("uber-trace-id")) {
    found = read_uber_trace_id(*value).value_or(found);
  }
  if (const auto id = fields.first("jaeger-debug-id"); id && !trim(*id).empty()) {
    found.sampling = "debug";
  }
  found.baggage = read_family(fields, "uberctx-");
  found.in_names = found.baggage.size();
  for (auto& [key, value] : found.baggage) {
    if (has_bad_escape(value)) continue;
    std::ranges::replace(value, '+', ' ');
    value = unescape(value);
  }
  read_jaeger_baggage(fields.all("jaeger-baggage"), found.baggage);
  return found;
}

}  // namespace oracle
