// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "text/chars.hpp"

namespace baton::detail {

/// What is wrong with a field that a user wants in each request; empty: nothing.
inline std::string error_of_header(std::string_view name, std::string_view value) {
  constexpr Charset value_chars =
      Charset::range(0x20, 0x7e) + Charset::range('\x80', '\xff') + Charset("\t");  // RFC 7230 §3.2
  if (name.empty() || token_chars.find_outside(name) != name.size()) {
    return "header name '" + std::string(name) + "' is no token";
  }
  if (value_chars.find_outside(value) != value.size()) {
    return "the value of header '" + std::string(name) + "' has a control character";
  }
  return {};
}

}  // namespace baton::detail
