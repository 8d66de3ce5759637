// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Formatters of fmt, 8.0 or later: the same as those of baton/format.hpp for `std::format`.
///
///     fmt::print("{}\n", baton::current().span_context());
///
/// If another header has brought a fmt, such as spdlog's own, include that one first.

#ifndef FMT_VERSION
#include <fmt/format.h>
#endif

#include <string_view>

#include "baton/detail/printed.hpp"

template <baton::detail::Printable Value>
struct fmt::formatter<Value, char> : fmt::formatter<std::string_view, char> {
  template <class Context>
  auto format(const Value& value, Context& context) const {
    const baton::detail::Printed text(value);
    return fmt::formatter<std::string_view, char>::format(text.view(), context);
  }
};
