// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "baton/carrier.hpp"
#include "baton/context.hpp"
#include "baton/testing/fields.hpp"

namespace baton::testing {

/// What the span that a message names is to that of the caller.
enum class Parent : std::uint8_t {
  any,    ///< the same or another
  same,   ///< the caller's: the service forwards
  fresh,  ///< another one: the service has made a span
};

/// What the matchers say of a difference, in words.
namespace detail {

/// What a message says.
struct Said {
  Context context;
  // What of it cannot be read; empty: nothing.
  std::string trace_issues;
  std::string baggage_issues;
};

[[nodiscard]] Said said_by(CarrierReader carrier);

// The differences; empty: there is none.

[[nodiscard]] std::string text_difference(std::string_view got, std::string_view wanted);
[[nodiscard]] std::string continuing_difference(const Said& said, const Context& caller,
                                                Parent parent);
[[nodiscard]] std::string restarting_difference(const Said& said, const Context& caller);
[[nodiscard]] std::string no_trace_difference(const Said& said);
[[nodiscard]] std::string baggage_difference(const Said& said, const FieldList& wanted);

}  // namespace detail

}  // namespace baton::testing
