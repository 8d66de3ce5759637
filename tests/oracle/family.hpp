#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "oracle/baggage.hpp"
#include "oracle/fields.hpp"
#include "oracle/text.hpp"

namespace oracle {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Adds an entry of baggage, unless its key is bad or was there before.
inline void add_entry(Pairs& entries, const std::string& key, const std::string& value) {
  const auto has_same_key = [&](const auto& entry) { return entry.first == key; };
  if (is_token(key) && std::ranges::none_of(entries, has_same_key))
    entries.emplace_back(key, value);
}

/// The fields whose names are the prefix, in any case, and a key; values as they are but for blanks
/// around them.
inline Pairs read_family(const Fields& fields, const std::string& prefix) {
  Pairs entries;
  for (const auto& [name, ignored] : fields.entries()) {
    if (ascii_lower(name.substr(0, prefix.size())) != prefix) continue;
    add_entry(entries, name.substr(prefix.size()), trim(*fields.first(name)));
  }
  return entries;
}

}  // namespace oracle
