// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace baton {

/// Whether a trace is to be recorded, as an earlier service decided.
///
/// W3C has `drop` and `sample`. B3 has all four, and can send a decision without ids.
enum class Sampling : std::uint8_t {
  defer,   ///< not decided yet
  drop,    ///< do not record
  sample,  ///< record
  debug,   ///< record, and bypass all samplers
};

/// "defer", "drop", "sample" or "debug".
[[nodiscard]] constexpr std::string_view to_string(Sampling sampling) noexcept {
  switch (sampling) {
    case Sampling::drop: return "drop";
    case Sampling::sample: return "sample";
    case Sampling::debug: return "debug";
    case Sampling::defer: break;
  }
  return "defer";
}

/// Whether the sampled flag is set for that decision.
[[nodiscard]] constexpr bool is_sampled(Sampling sampling) noexcept {
  return sampling == Sampling::sample || sampling == Sampling::debug;
}

}  // namespace baton
