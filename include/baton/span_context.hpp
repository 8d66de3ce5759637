// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "baton/ids.hpp"
#include "baton/tracestate.hpp"

namespace baton {

/// The identity of an operation: the content of `traceparent` and `tracestate`.
struct SpanContext {
  TraceId trace_id;
  SpanId span_id;
  TraceFlags flags;
  /// Received from another process.
  bool is_remote = false;
  TraceState trace_state;

  [[nodiscard]] bool is_valid() const noexcept { return trace_id.is_valid() && span_id.is_valid(); }

  friend bool operator==(const SpanContext&, const SpanContext&) = default;
};

}  // namespace baton
