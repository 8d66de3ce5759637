// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "baton/sampling.hpp"

namespace baton {

/// What a format has words for. A context that says more loses that on the wire.
struct Vocabulary {
  bool ids = false;            ///< a trace id with its low 64 bits, a span id, sampled or not
  bool trace_id_high = false;  ///< the first 64 bits of the trace id
  bool random = false;         ///< the random flag of the trace id
  bool trace_state = false;    ///< all members of tracestate
  bool defer = false;          ///< ids without a decision, which others send as not sampled
  bool debug = false;          ///< ids and debug, which others send as sampled
  bool lone_trace_id = false;  ///< a trace id without a span id
  bool lone_decision = false;  ///< drop or sample without ids
  bool lone_debug = false;     ///< debug without ids
  bool baggage = false;        ///< beside ids
  bool lone_baggage = false;   ///< without ids
  bool any_bytes = false;      ///< values of baggage that are not printable
  bool properties = false;     ///< of members of baggage

  /// Whether it can give a span context, a trace id alone or a decision.
  [[nodiscard]] constexpr bool has_span_context() const noexcept {
    return ids || lone_trace_id || lone_decision || lone_debug;
  }
  /// Whether it has a word for that decision beside ids.
  [[nodiscard]] constexpr bool has(Sampling sampling) const noexcept {
    if (sampling == Sampling::defer) return defer;
    return sampling != Sampling::debug || debug;
  }
};

/// What is constant about a format. The names of fields are lowercase, and complete: a chain that
/// has found a span context asks a format only if one of its fields may be there.
struct FormatTraits {
  std::string_view name;                           ///< by which OTEL_PROPAGATORS knows it
  std::string_view specification;                  ///< what defines it
  std::span<const std::string_view> fields;        ///< that `inject` sets or erases
  std::span<const std::string_view> also_reads{};  ///< that `extract` looks up beside them
  std::span<const std::string_view> prefixes{};    ///< of fields that the application names
  /// The member of tracestate in which it keeps what other formats have no word for; see
  /// `Propagator::reconcile`. Empty: none.
  std::string_view state_key{};
  Vocabulary says{};

  /// Whether a field of that name, in any case, is of this format.
  [[nodiscard]] bool owns(std::string_view field) const noexcept;
};

}  // namespace baton
