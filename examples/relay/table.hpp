// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hop.hpp"

namespace relay {

enum class Style : std::uint8_t { plain, coloured };

/// The hops of a request, one under the other: what arrived, what was made of it, what left.
[[nodiscard]] std::string draw(const std::vector<Hop>& hops, Style style);

/// `text` between the escape sequences of that SGR code, or as it is.
[[nodiscard]] std::string paint(const std::string& text, const char* code, Style style);

}  // namespace relay
