// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "baton/detail/ascii.hpp"
#include "baton/registry.hpp"

namespace baton::testing {

/// Null if there is no format of that name.
inline const RegisteredPropagator* find_format(std::string_view name) noexcept {
  for (const RegisteredPropagator& known : registered_propagators()) {
    if (known.traits.name == name) return &known;
  }
  return nullptr;
}

inline bool is_named(std::string_view name, std::string_view other) noexcept {
  return detail::equals_ignoring_case(name, other);
}

inline bool begins_with(std::string_view name, std::string_view prefix) noexcept {
  return is_named(name.substr(0, prefix.size()), prefix);
}

inline bool is_baggage_list(std::string_view name) noexcept {
  return is_named(name, "baggage") || is_named(name, "jaeger-baggage");
}

/// A field of one member of baggage.
inline bool is_baggage_entry(std::string_view name) noexcept {
  return begins_with(name, "uberctx-") || begins_with(name, "ot-baggage-");
}

/// Whether its value is a list of members between commas, which several fields share.
inline bool is_list(std::string_view name) noexcept {
  return is_named(name, "tracestate") || is_baggage_list(name);
}

/// Whether its value has ids, numbers and decisions, and nothing that an application chose.
inline bool is_ids(std::string_view name) noexcept {
  return !is_list(name) && !is_baggage_entry(name);
}

}  // namespace baton::testing
