// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace oracle {

/// What a translator's format says.
struct Found {
  /// 32 and 16 lowercase digits, or the second empty: a trace id alone, or both: a decision alone,
  /// or baggage alone.
  std::string trace_id;
  std::string span_id;
  std::string sampling = "defer";
  /// Keys and values, decoded. Bad keys and twins are among them: they count, too.
  std::vector<std::pair<std::string, std::string>> baggage;
  /// The value of tracestate's member `dd`; empty for none.
  std::string dd{};
  /// How many of the baggage, the first ones, stood in names of fields, which have no case.
  std::size_t in_names = 0;
};

}  // namespace oracle
