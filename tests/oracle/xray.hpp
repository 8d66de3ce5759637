// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "oracle/fields.hpp"
#include "oracle/found.hpp"
#include "oracle/text.hpp"

namespace oracle {

/// The 32 digits of `1-{8 hex}-{24 hex}`.
inline std::optional<std::string> read_xray_root(const std::string& root) {
  const auto parts = split(root, '-');
  if (parts.size() != 3 || parts[0] != "1" || parts[1].size() != 8 || parts[2].size() != 24) {
    return std::nullopt;
  }
  return parts[1] + parts[2];
}

/// `Root=1-{8 hex}-{24 hex};Parent={16 hex};Sampled={0|1|?}`, in any order; only Root is required.
inline std::optional<Found> read_xray(const Fields& fields) {
  const auto value = fields.first("x-amzn-trace-id");
  if (!value) return std::nullopt;
  std::map<std::string, std::string> pairs;
  for (const std::string& pair : split(*value, ';')) {
    std::string key;
    std::string text;
    if (trim(pair).empty()) continue;
    if (!cut(pair, '=', key, text)) return std::nullopt;
    pairs.emplace(trim(key), trim(text));
  }
  const auto root = read_xray_root(pairs["Root"]);
  if (!root || !is_lower_hex(*root) || is_zero(*root)) return std::nullopt;
  const bool has_parent = pairs.contains("Parent");
  const std::string parent = has_parent ? pairs["Parent"] : "";
  if (has_parent && (parent.size() != 16 || !is_lower_hex(parent) || is_zero(parent)))
    return std::nullopt;
  const std::map<std::string, std::string> states = {
      {"1", "sample"}, {"0", "drop"}, {"?", "defer"}};
  const std::string state = pairs.contains("Sampled") ? pairs["Sampled"] : "?";
  if (!states.contains(state)) return std::nullopt;
  return Found{*root, parent, states.at(state), {}};
}

}  // namespace oracle
