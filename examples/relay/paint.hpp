// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace relay {

enum class Style : std::uint8_t { plain, colored };

/// `text` between the escape sequences of that SGR code, or unchanged.
[[nodiscard]] inline std::string paint(const std::string& text, const char* code, Style style) {
  if (style == Style::plain) return text;
  return "\033[" + std::string(code) + "m" + text + "\033[0m";
}

}  // namespace relay
