// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "journey.hpp"

namespace relay {

/// What is particular to one request.
struct Sent {
  baton::TraceId trace_id;
  baton::SpanId span_id;
  std::string order;
};

/// A kind of caller, and what must become of its trace.
struct Caller {
  std::string_view title;
  bool has_span;            ///< one that the edge can see
  bool has_short_trace_id;  ///< of 64 bits
  /// Lines `name: value`, as on the wire.
  std::vector<std::string> (*fields)(const Sent& sent);
  /// One sentence for each failure. The journey has all its hops and spans.
  std::vector<std::string> (*check)(const Sent& sent, const Journey& journey);
};

[[nodiscard]] std::span<const Caller> callers();

}  // namespace relay
