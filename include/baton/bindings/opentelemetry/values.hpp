// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opentelemetry/nostd/span.h>
#include <opentelemetry/nostd/string_view.h>
#include <opentelemetry/trace/span_id.h>
#include <opentelemetry/trace/trace_id.h>

#include <cstdint>
#include <span>
#include <string_view>

#include "baton/ids.hpp"

// The types of opentelemetry::nostd are those of std if OPENTELEMETRY_STL_VERSION says so, and
// their own if not.
namespace baton::otel::detail {

inline std::string_view std_view(opentelemetry::nostd::string_view text) noexcept {
  return {text.data(), text.size()};
}
inline opentelemetry::nostd::string_view nostd_view(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

inline opentelemetry::trace::TraceId to_id(TraceId id) noexcept {
  const auto bytes = id.bytes();
  return opentelemetry::trace::TraceId(
      opentelemetry::nostd::span<const std::uint8_t, TraceId::byte_size>(bytes.data(),
                                                                         bytes.size()));
}
inline opentelemetry::trace::SpanId to_id(SpanId id) noexcept {
  const auto bytes = id.bytes();
  return opentelemetry::trace::SpanId(
      opentelemetry::nostd::span<const std::uint8_t, SpanId::byte_size>(bytes.data(),
                                                                        bytes.size()));
}

inline TraceId from_id(const opentelemetry::trace::TraceId& id) noexcept {
  return TraceId(std::span<const std::uint8_t, TraceId::byte_size>(id.Id().data(), id.Id().size()));
}
inline SpanId from_id(const opentelemetry::trace::SpanId& id) noexcept {
  return SpanId(std::span<const std::uint8_t, SpanId::byte_size>(id.Id().data(), id.Id().size()));
}

}  // namespace baton::otel::detail
