// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace oracle {

/// What the fields of a translated format say.
struct Found {
  /// 32 and 16 lowercase digits. An empty second: a trace id alone. Both empty: a decision alone,
  /// or baggage alone.
  std::string trace_id;
  std::string span_id;
  std::string sampling = "defer";
  /// Keys and values, decoded, with invalid and repeated keys, which also count.
  std::vector<std::pair<std::string, std::string>> baggage;
  /// The value of tracestate's member `dd`; empty for none.
  std::string dd{};
  /// How many of the baggage, the first ones, are from names of fields, which have no case.
  std::size_t in_names = 0;
};

}  // namespace oracle
