#pragma once

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
  /// Keys and values, decoded.
  std::vector<std::pair<std::string, std::string>> baggage;
  /// The value of tracestate's member `dd`; empty for none.
  std::string dd{};
};

}  // namespace oracle
