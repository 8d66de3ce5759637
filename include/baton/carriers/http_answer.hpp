// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "baton/carrier.hpp"
#include "baton/span_context.hpp"

namespace baton::http {

/// How a server tells its caller which span answered.
enum class Answer : std::uint8_t {
  none,
  /// `traceresponse: 00-<trace-id>-<span-id>-<flags>`, W3C Trace Context Level 3 (a draft).
  traceresponse,
  /// `Server-Timing: traceparent;desc="00-…"`, which the script of a page can read of the page too.
  /// Other metrics of the field remain.
  server_timing,
  both,
};

/// Writes the answer of a span into a response; nothing for an invalid span context.
void write_answer(CarrierReader response, CarrierWriter writer, const SpanContext& span,
                  Answer answer);

/// The span that answered a call: from `traceresponse` or, if that is absent or invalid, from the
/// metric `traceparent` of `Server-Timing`. An invalid span context if there is none. Never
/// allocates.
[[nodiscard]] SpanContext read_answer(CarrierReader response);

}  // namespace baton::http
