// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oracle/text.hpp"

namespace oracle {

inline int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Unicode 15, table 3-7: the ranges of the bytes of every well-formed sequence beyond ASCII.
inline const std::vector<std::vector<std::pair<int, int>>> well_formed_utf8 = {
    {{0xc2, 0xdf}, {0x80, 0xbf}},
    {{0xe0, 0xe0}, {0xa0, 0xbf}, {0x80, 0xbf}},
    {{0xe1, 0xec}, {0x80, 0xbf}, {0x80, 0xbf}},
    {{0xed, 0xed}, {0x80, 0x9f}, {0x80, 0xbf}},
    {{0xee, 0xef}, {0x80, 0xbf}, {0x80, 0xbf}},
    {{0xf0, 0xf0}, {0x90, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}},
    {{0xf1, 0xf3}, {0x80, 0xbf}, {0x80, 0xbf}, {0x80, 0xbf}},
    {{0xf4, 0xf4}, {0x80, 0x8f}, {0x80, 0xbf}, {0x80, 0xbf}},
};

/// Each maximal subpart that is not UTF-8 becomes one U+FFFD (Unicode 15, §3.9).
inline std::string to_utf8(const std::string& bytes) {
  std::string result;
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (static_cast<unsigned char>(bytes[at]) < 0x80) {
      result += bytes[at++];
      continue;
    }
    std::size_t longest = 0;
    bool complete = false;
    for (const auto& sequence : well_formed_utf8) {
      std::size_t matched = 0;
      while (matched < sequence.size() && at + matched < bytes.size()) {
        const int byte = static_cast<unsigned char>(bytes[at + matched]);
        if (byte < sequence[matched].first || byte > sequence[matched].second) break;
        ++matched;
      }
      if (matched > longest) longest = matched;
      if (matched == sequence.size()) complete = true;
    }
    if (longest == 0) longest = 1;
    result += complete ? bytes.substr(at, longest) : "\xEF\xBF\xBD";
    at += longest;
  }
  return result;
}

inline bool is_escape(const std::string& text, std::size_t at) {
  return text[at] == '%' && at + 2 < text.size() && hex_value(text[at + 1]) >= 0 &&
         hex_value(text[at + 2]) >= 0;
}

inline bool has_bad_escape(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && !is_escape(text, i)) return true;
  }
  return false;
}

/// The bytes that it encodes. A `%` that starts no escape remains, and `+` is a plus.
inline std::string unescape(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_escape(text, i)) {
      bytes += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

inline std::string percent_decode(const std::string& text) { return to_utf8(unescape(text)); }

/// baggage-octet: printable ASCII without space, `"`, `,`, `;` and `\`.
inline bool is_baggage_octet(char c) { return c > 0x20 && c < 0x7f && !contains("\",;\\", c); }

inline std::string percent_encode(const std::string& value) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string result;
  for (const char c : value) {
    if (is_baggage_octet(c) && c != '%') {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += hex[byte / 16];
      result += hex[byte % 16];
    }
  }
  return result;
}

}  // namespace oracle
