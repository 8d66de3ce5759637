// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hop.hpp"

namespace relay {

enum class Style : std::uint8_t { plain, coloured };

/// The hops of a request, one below the other: received fields, their meaning, sent fields.
[[nodiscard]] std::string draw(const std::vector<Hop>& hops, Style style);

/// `text` between the escape sequences of that SGR code, or unchanged.
[[nodiscard]] std::string paint(const std::string& text, const char* code, Style style);

}  // namespace relay
