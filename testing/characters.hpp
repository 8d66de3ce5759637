// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace baton::testing {

using namespace std::string_view_literals;

inline constexpr std::string_view hex_digits = "0123456789abcdef";
inline constexpr std::string_view decimal_digits = "0123456789";
inline constexpr std::string_view tracestate_key_tail = "abcdefghijklmnopqrstuvwxyz0123456789_-*/@";
/// Of a token, RFC 9110, §5.6.2.
inline constexpr std::string_view token_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~";
/// Those at which a grammar turns, and neighbors of the ranges that grammars have.
inline constexpr std::string_view odd_bytes =
    "-,;=% \t\r\n\0\"\\/@*_.:+#'`|~^!09afgzAFGZ\x1f\x7f\x80\xbf\xc3\xff"sv;

}  // namespace baton::testing
