// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/text.hpp"

namespace oracle {

struct Traceparent {
  std::string trace_id;
  std::string parent_id;
  bool sampled = false;
  bool random = false;
};

/// W3C Trace Context Level 2, §3.2.
inline std::optional<Traceparent> read_traceparent(const std::string& field) {
  const std::string text = trim(field);
  if (text.size() < 55) return std::nullopt;

  const std::string version = text.substr(0, 2);
  if (!is_lower_hex(version) || version == "ff") return std::nullopt;
  if (version == "00" && text.size() != 55) return std::nullopt;
  if (text.size() > 55 && text[55] != '-') return std::nullopt;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;

  Traceparent result;
  result.trace_id = text.substr(3, 32);
  result.parent_id = text.substr(36, 16);
  const std::string flags = text.substr(53, 2);
  if (!is_lower_hex(result.trace_id) || is_zero(result.trace_id)) return std::nullopt;
  if (!is_lower_hex(result.parent_id) || is_zero(result.parent_id)) return std::nullopt;
  if (!is_lower_hex(flags)) return std::nullopt;
  result.sampled = contains("13579bdf", flags[1]);
  result.random = contains("2367abef", flags[1]);
  return result;
}

/// All instances of the field: there must be exactly one.
inline std::optional<Traceparent> read_traceparent(const std::vector<std::string>& instances) {
  if (instances.size() != 1) return std::nullopt;
  return read_traceparent(instances[0]);
}

}  // namespace oracle
