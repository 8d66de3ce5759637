// SPDX-License-Identifier: Apache-2.0
#include "carriers/grpc/call_span.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton::grpc::internal {
namespace {

using ::grpc::StatusCode;

constexpr std::array<std::string_view, 17> status_names = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

/// gRPC accepts any number as a status.
std::string_view name_of(StatusCode status) noexcept {
  const auto i = static_cast<std::size_t>(status);
  return i < status_names.size() ? status_names[i] : "UNKNOWN";
}

/// Of a server only what is its own fault is an error.
bool is_error(SpanKind kind, StatusCode status) noexcept {
  switch (status) {
    case StatusCode::OK: return false;
    case StatusCode::UNKNOWN:
    case StatusCode::DEADLINE_EXCEEDED:
    case StatusCode::UNIMPLEMENTED:
    case StatusCode::INTERNAL:
    case StatusCode::UNAVAILABLE:
    case StatusCode::DATA_LOSS: return true;
    default: return kind == SpanKind::client;
  }
}

}  // namespace

detail::SpanFacts facts_of(SpanKind kind, const char* method) {
  std::string_view full = method != nullptr ? method : "";
  if (full.starts_with('/')) full.remove_prefix(1);
  detail::SpanFacts facts;
  facts.kind = kind;
  facts.name = full.empty() ? "grpc" : full;
  facts.attributes.add("rpc.system", "grpc");
  if (const std::size_t slash = full.rfind('/'); slash != std::string_view::npos) {
    facts.attributes.add("rpc.service", full.substr(0, slash));
    facts.attributes.add("rpc.method", full.substr(slash + 1));
  }
  return facts;
}

void end_call(Span& span, SpanKind kind, StatusCode status) noexcept {
  detail::Attributes attributes;
  attributes.add("rpc.grpc.status_code", static_cast<std::int64_t>(status));
  const bool failed = is_error(kind, status);
  span.end({.is_error = failed,
            .error_type = failed ? name_of(status) : std::string_view(),
            .attributes = attributes.all()});
}

}  // namespace baton::grpc::internal
