// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string_view>

#include "baton/context.hpp"
#include "baton/ids.hpp"
#include "baton/scope.hpp"

namespace baton {

/// The ids of a context, as fields of a log line.
///
///     std::array<char, baton::LogFields::max_text_size> buffer;
///     out << "paid" << baton::log_fields().write_text(buffer) << '\n';
///
/// Without a trace there are no fields; a trace id alone has no `span_id`. Each field begins with
/// its separator, so that the fields follow whatever the line already has.
///
/// A value without references: a line may be written later, and by another thread. The names are
/// OpenTelemetry's ("Trace Context in non-OTLP Log Formats").
struct LogFields {
  static constexpr std::size_t max_text_size = 82;
  static constexpr std::size_t max_json_size = 94;

  TraceId trace_id;
  SpanId span_id;
  TraceFlags trace_flags;

  /// ` trace_id=… span_id=… trace_flags=…`. Returns what it wrote, a part of `out`, without a
  /// terminating zero.
  std::string_view write_text(std::span<char, max_text_size> out) const noexcept;

  /// `,"trace_id":"…","span_id":"…","trace_flags":"…"`: more members of a JSON object that has one
  /// already. Returns what it wrote, as above.
  std::string_view write_json(std::span<char, max_json_size> out) const noexcept;

  friend bool operator==(const LogFields&, const LogFields&) noexcept = default;
  /// As `write_text`.
  friend std::ostream& operator<<(std::ostream& out, const LogFields& fields);
};

[[nodiscard]] inline LogFields log_fields(const Context& context = current()) noexcept {
  const SpanContext& span = context.span_context();
  return {span.trace_id, span.span_id, span.flags};
}

}  // namespace baton
