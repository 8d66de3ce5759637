// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "baton/tracestate.hpp"

namespace baton::detail {

/// What samplers tell each other in the tracestate member `ot`: OpenTelemetry, *TraceState
/// Handling*. A sub-key that is malformed or repeated says nothing.
///
///     member = sub-member *( ";" sub-member )
///     th     = "th:" 1*14HEXDIGLC  ; trailing zeros may be absent
///     rv     = "rv:" 14HEXDIGLC
struct OtMember {
  std::optional<std::uint64_t> threshold;   // th
  std::optional<std::uint64_t> randomness;  // rv
};

[[nodiscard]] OtMember read_ot_member(const TraceState& state) noexcept;

/// The state with that threshold in it, or with none. Leaves all else as it is, even if it is
/// malformed. If the member has no room for the threshold, it has none.
[[nodiscard]] TraceState with_threshold(const TraceState& state,
                                        std::optional<std::uint64_t> threshold) noexcept;

}  // namespace baton::detail
