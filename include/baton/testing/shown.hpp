// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "baton/context.hpp"

namespace baton::testing {

/// The text for a person: `\xNN` for what is not printable, and `\\` for a backslash.
inline std::string escaped(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += {'\\', 'x', hex[byte >> 4U], hex[byte & 0xFU]};
    } else {
      out += c;
    }
  }
  return out;
}

/// The same, in quotes, with `\"` for a quote.
inline std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : escaped(text)) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

/// All that two of them may differ in.
inline std::string shown(const SpanContext& span) {
  std::string text = "trace ";
  text += span.trace_id.to_string() + ", span " + span.span_id.to_string();
  text += ", flags " + span.flags.to_string() + (span.is_remote ? ", remote" : ", local");
  return text + ", tracestate " + shown(span.trace_state.header());
}

inline std::string shown(const Context& context) {
  return shown(context.span_context()) + ", baggage " + shown(context.baggage().header()) +
         ", sampling " + std::string(to_string(context.sampling()));
}

}  // namespace baton::testing
