// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "baton/tracer.hpp"

/// What both forms of OTLP share: the numbers of opentelemetry/proto/trace/v1/trace.proto.
namespace baton::detail::otlp {

/// Span.SpanKind
constexpr int kind(SpanKind kind) noexcept {
  switch (kind) {
    case SpanKind::server: return 2;
    case SpanKind::client: return 3;
    case SpanKind::producer: return 4;
    case SpanKind::consumer: return 5;
    case SpanKind::internal: break;
  }
  return 1;
}

/// Status.StatusCode
inline constexpr int status_error = 2;

/// SpanFlags: the trace flags, and whether a context, a span's parent or a link, is remote.
constexpr std::uint32_t flags(TraceFlags flags, bool is_remote) noexcept {
  constexpr std::uint32_t has_is_remote = 0x100;
  constexpr std::uint32_t is_remote_bit = 0x200;
  return flags.bits() | has_is_remote | (is_remote ? is_remote_bit : 0);
}

}  // namespace baton::detail::otlp
