// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baton/traceparent.hpp"
#include "text/hex.hpp"

namespace baton::detail {

/// Where the parts of version 00 begin; a delimiter precedes each.
struct TraceparentLayout {
  static constexpr std::size_t version = 0;
  static constexpr std::size_t trace_id = 3;
  static constexpr std::size_t parent_id = 36;
  static constexpr std::size_t flags = 53;
};

/// `Traceparent::parse` for any text.
[[gnu::noinline]] ParseError parse_any_traceparent(std::string_view value,
                                                   Traceparent& result) noexcept;

/// Reads at once what nearly all requests send: version 00, known flags, no white space. False for
/// any other text.
inline bool parse_usual_traceparent(std::string_view value, Traceparent& result) noexcept {
  using At = TraceparentLayout;
  const char* const p = value.data();
  if (value.size() != Traceparent::size || p[At::version] != '0' || p[At::version + 1] != '0' ||
      p[At::trace_id - 1] != '-' || p[At::parent_id - 1] != '-' || p[At::flags - 1] != '-' ||
      p[At::flags] != '0' || p[At::flags + 1] < '0' || p[At::flags + 1] > '3') {
    return false;
  }
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::uint64_t parent = 0;
  const unsigned good = hex::convert16(p + At::trace_id, high) &
                        hex::convert16(p + At::trace_id + 16, low) &
                        hex::convert16(p + At::parent_id, parent);
  if (good != hex::all_digits || (high | low) == 0 || parent == 0) return false;
  result = {TraceId(high, low), SpanId(parent),
            TraceFlags(static_cast<std::uint8_t>(p[At::flags + 1] - '0'))};
  return true;
}

/// `Traceparent::parse`.
inline ParseError parse_traceparent(std::string_view value, Traceparent& result) noexcept {
  if (parse_usual_traceparent(value, result)) [[likely]]
    return {};
  // Not into `result` itself, which can then be in registers.
  Traceparent any;
  const ParseError error = parse_any_traceparent(value, any);
  result = any;
  return error;
}

}  // namespace baton::detail
