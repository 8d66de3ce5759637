// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "baton/carrier.hpp"
#include "baton/context.hpp"
#include "baton/propagator.hpp"
#include "baton/trust.hpp"

namespace baton::detail {

/// `*`, `*.suffix`, `prefix.*`, or a name without `*`; all without blanks and controls.
bool is_destination_pattern(std::string_view pattern) noexcept;

/// A key of baggage, perhaps with `*` at its end; or `*`.
bool is_key_pattern(std::string_view pattern) noexcept;

/// Whether a rule or the callers' list names the key.
bool is_key_allowed(std::string_view key, const std::vector<std::string>& allowed) noexcept;

/// Rules that are within their limits.
class Trust {
 public:
  explicit Trust(TrustRules rules);

  /// The rule for a destination; null if it denies nothing, or if there is none.
  [[nodiscard]] const DestinationRule* find(std::string_view destination) const noexcept;

  /// Whether all of what a caller sent is accepted.
  [[nodiscard]] bool accepts_all() const noexcept { return accepts_all_; }

  /// Puts what a caller sent into `context`, as far as callers are trusted. `received` was like
  /// `context` before it was read. Returns the caller's span if the trace must restart.
  SpanContext accept(const Context& received, Context& context, ExtractReport* report) const;

 private:
  ParseError accept_baggage(const Baggage& received, Context& context) const;

  TrustRules rules_;
  std::vector<std::string> callers_baggage_;
  bool accepts_all_ = false;
};

/// The part of a context that the rule allows.
Context restrict(const Context& context, const DestinationRule& rule) noexcept;

/// Writes no tracestate, and removes an older one. A format may also make one of a decision.
template <bool binary>
class WithoutTraceState {
 public:
  static constexpr bool has_binary_fields = binary;

  explicit WithoutTraceState(CarrierWriter carrier) noexcept : carrier_(carrier) {}

  void set(std::string_view name, std::string_view value) const {
    if (name == TraceState::field) {
      carrier_.erase(name);
    } else {
      carrier_.set(name, value);
    }
  }
  void erase(std::string_view name) const { carrier_.erase(name); }

 private:
  CarrierWriter carrier_;
};

}  // namespace baton::detail
