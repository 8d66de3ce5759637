// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "baton/ids.hpp"
#include "baton/parse_error.hpp"

namespace baton {

/// The value of the `traceparent` field.
///
///     auto parent = baton::Traceparent::parse(value);
///     if (!parent) log(parent.error().message());
///
///     traceparent = version "-" trace-id "-" parent-id "-" trace-flags
///     version     = 2HEXDIGLC   ; not ff
///     trace-id    = 32HEXDIGLC  ; not all zero
///     parent-id   = 16HEXDIGLC  ; not all zero
///     trace-flags = 2HEXDIGLC
///
/// W3C Trace Context Level 2, §3.2. Version 00 has exactly 55 characters. Of a higher version, only
/// the fields of version 00 are read, and `-` must separate them from any further text. Surrounding
/// spaces and tabs are ignored. Undefined flags are dropped, in any version.
struct Traceparent {
  static constexpr std::string_view field = "traceparent";
  static constexpr std::size_t size = 55;

  TraceId trace_id;
  SpanId parent_id;
  TraceFlags flags;

  /// Errors: `empty`, `too_short`, `too_long`, `bad_version`, `bad_hex`, `bad_delimiter`,
  /// `zero_trace_id`, `zero_span_id`. Never allocates; reads at most 56 bytes beside white space.
  [[nodiscard]] static expected<Traceparent> parse(std::string_view value) noexcept;

  /// Writes version 00, no terminating zero.
  void write(std::span<char, size> out) const noexcept;
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Traceparent&, const Traceparent&) = default;
};

}  // namespace baton
