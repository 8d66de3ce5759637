// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/support/status.h>

#include "baton/detail/span_facts.hpp"

/// The spans of calls, by OpenTelemetry's semantic conventions for gRPC.
namespace baton::grpc::internal {

/// What is known of a call to `/package.Service/Method` at its start.
[[nodiscard]] detail::SpanFacts facts_of(SpanKind kind, const char* method);

/// Ends the span of a call, of that kind, by its status.
void end_call(Span& span, SpanKind kind, ::grpc::StatusCode status) noexcept;

}  // namespace baton::grpc::internal
