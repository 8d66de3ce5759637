// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/text.hpp"

namespace oracle {

/// The tracestate member `ot`: OpenTelemetry, TraceState Handling. A sub-key that is malformed or
/// repeated says nothing. Numbers are 14 hexadecimal digits, which compare as texts.
struct OtMember {
  std::optional<std::string> threshold;
  std::optional<std::string> randomness;
  std::vector<std::string> others;  // all but `th`
};

inline OtMember read_ot_member(const std::string& member) {
  std::vector<std::string> thresholds;
  std::vector<std::string> randomness;
  OtMember found;
  if (member.empty()) return found;
  for (const std::string& each : split(member, ';')) {
    const std::string key = each.substr(0, 3);
    const std::string value = each.size() < 3 ? "" : each.substr(3);
    if (key == "th:") {
      thresholds.push_back(value);
      continue;
    }
    found.others.push_back(each);
    if (key == "rv:") randomness.push_back(value);
  }
  if (thresholds.size() == 1) {
    const std::string& number = thresholds[0];
    if (!number.empty() && number.size() <= 14 && is_lower_hex(number)) {
      found.threshold = number + std::string(14 - number.size(), '0');
    }
  }
  if (randomness.size() == 1 && randomness[0].size() == 14 && is_lower_hex(randomness[0])) {
    found.randomness = randomness[0];
  }
  return found;
}

/// The member with that threshold in as few digits as possible, or with none.
inline std::string write_ot_member(std::vector<std::string> others,
                                   const std::optional<std::string>& threshold) {
  if (threshold) {
    std::string number = *threshold;
    while (number.size() > 1 && number.back() == '0') number.pop_back();
    others.insert(others.begin(), "th:" + number);
  }
  std::string member = join(others, ";");
  if (!member.empty() && member.back() == ' ') member += ';';
  if (member.size() > 256 && threshold) {
    others.erase(others.begin());
    return write_ot_member(others, std::nullopt);
  }
  return member;
}

}  // namespace oracle
