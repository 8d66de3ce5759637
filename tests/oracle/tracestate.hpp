// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/text.hpp"

namespace oracle {

struct Entry {
  std::string key;
  std::string value;
  friend bool operator==(const Entry&, const Entry&) = default;
};

inline bool is_tracestate_key(const std::string& key) {
  static const std::string first = "abcdefghijklmnopqrstuvwxyz" + digits;
  static const std::string others = first + "_-*/@";
  return !key.empty() && key.size() <= 256 && contains(first, key[0]) && all_of(key, others);
}

inline bool is_tracestate_value(const std::string& value) {
  if (value.empty() || value.size() > 256 || value.back() == ' ') return false;
  for (const char c : value) {
    if (c < 0x20 || c > 0x7e || c == ',' || c == '=') return false;
  }
  return true;
}

/// W3C Trace Context Level 2, §3.3: all instances of the field as one list, or nothing if any part
/// is invalid. Members that repeat a key count, but are dropped.
inline std::optional<std::vector<Entry>> read_tracestate(
    const std::vector<std::string>& instances) {
  std::vector<Entry> entries;
  std::size_t members = 0;
  for (const std::string& part : split(join(instances, ","), ',')) {
    const std::string member = trim(part);
    if (member.empty()) continue;
    ++members;
    Entry entry;
    if (!cut(member, '=', entry.key, entry.value)) return std::nullopt;
    if (!is_tracestate_key(entry.key) || !is_tracestate_value(entry.value)) return std::nullopt;
    bool repeated = false;
    for (const Entry& earlier : entries) repeated = repeated || earlier.key == entry.key;
    if (!repeated) entries.push_back(entry);
  }
  if (members > 32) return std::nullopt;
  return entries;
}

inline std::string write_tracestate(const std::vector<Entry>& entries) {
  std::vector<std::string> members;
  for (const Entry& entry : entries) members.push_back(entry.key + "=" + entry.value);
  return join(members, ",");
}

}  // namespace oracle
