// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "oracle/fields.hpp"
#include "oracle/text.hpp"

namespace oracle {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The fields whose names are the prefix and a key, in any case; values unchanged, without blanks
/// around them. Invalid and repeated keys are entries like others.
inline Pairs read_family(const Fields& fields, const std::string& prefix) {
  Pairs entries;
  for (const auto& [name, ignored] : fields.entries()) {
    const std::string lower = ascii_lower(name);
    if (lower.substr(0, prefix.size()) != prefix) continue;
    const std::string value = fields.first(lower).value_or(*fields.first(name));
    entries.emplace_back(lower.substr(prefix.size()), trim(value));
  }
  return entries;
}

}  // namespace oracle
