// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Formatters of `std::format`, if the standard library has it.
///
///     std::format("{}", baton::current().span_context());  // 00-4bf92f35…-00f067aa…-01
///
/// TraceId, SpanId and TraceFlags are their hexadecimal digits, Traceparent and SpanContext the
/// value of a `traceparent` (`-` for an invalid SpanContext), and LogFields its text. The
/// specification of the format is that of a string. Formatting does not allocate.

#include <version>

#ifdef __cpp_lib_format

#include <format>
#include <string_view>

#include "baton/detail/printed.hpp"

template <baton::detail::Printable Value>
struct std::formatter<Value, char> : std::formatter<std::string_view, char> {
  auto format(const Value& value, auto& context) const {
    const baton::detail::Printed text(value);
    return std::formatter<std::string_view, char>::format(text.view(), context);
  }
};

#endif
