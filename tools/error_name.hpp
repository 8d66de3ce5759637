#pragma once

#include <string_view>

#include "baton/parse_error.hpp"

namespace baton::tool {

/// The enumerator's own name, such as "bad_hex": what scripts compare. Empty for a number that is
/// not a code.
[[nodiscard]] std::string_view error_name(ErrorCode code) noexcept;

}  // namespace baton::tool
