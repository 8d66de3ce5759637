// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "baton/sampling.hpp"

namespace baton {

/// What a format can say. The rest of a context is lost on the wire.
struct Vocabulary {
  bool ids = false;            ///< a trace id with its low 64 bits, a span id, sampled or not
  bool trace_id_high = false;  ///< the first 64 bits of the trace id
  bool random = false;         ///< the random flag of the trace id
  bool trace_state = false;    ///< all members of tracestate
  bool defer = false;          ///< ids without a decision; other formats send "not sampled"
  bool debug = false;          ///< ids and debug; other formats send "sampled"
  bool lone_trace_id = false;  ///< a trace id without a span id
  bool lone_decision = false;  ///< drop or sample without ids
  bool lone_debug = false;     ///< debug without ids
  bool baggage = false;        ///< beside ids
  bool lone_baggage = false;   ///< without ids
  bool any_bytes = false;      ///< values of baggage with unprintable bytes
  bool properties = false;     ///< of members of baggage

  /// Whether it can say a span context, a trace id alone or a decision.
  [[nodiscard]] constexpr bool has_span_context() const noexcept {
    return ids || lone_trace_id || lone_decision || lone_debug;
  }
  /// Whether it can say that decision beside ids.
  [[nodiscard]] constexpr bool has(Sampling sampling) const noexcept {
    if (sampling == Sampling::defer) return defer;
    return sampling != Sampling::debug || debug;
  }
};

/// What is constant about a format. The names of fields are lowercase, and complete: a chain asks a
/// format only if one of its fields may be there, or if it `reads_elsewhere`.
struct FormatTraits {
  std::string_view name;                           ///< its name in OTEL_PROPAGATORS
  std::string_view specification;                  ///< the title of its specification
  std::span<const std::string_view> fields;        ///< that `inject` sets or erases
  std::span<const std::string_view> also_reads{};  ///< that only `extract` reads
  std::span<const std::string_view> prefixes{};    ///< of fields that the application names
  /// The member of tracestate in which it keeps what other formats cannot say; see
  /// `Propagator::reconcile`. Empty: none.
  std::string_view state_key{};
  Vocabulary says{};
  /// Whether it reads something beside fields, such as a variable: a chain always asks it.
  bool reads_elsewhere = false;
  /// The environment variable that it reads beside its only field. Empty: none.
  std::string_view variable{};

  /// Whether a field of that name, in any case, belongs to this format.
  [[nodiscard]] bool owns(std::string_view field) const noexcept;
};

}  // namespace baton
