// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace baton::tool {

inline constexpr std::size_t max_input_bytes = std::size_t{16} << 20;

/// Reads a file descriptor up to its end or the first empty line, which is left out with all that
/// follows. The error is a sentence: it cannot be read, or there is more than `max_input_bytes`.
[[nodiscard]] tl::expected<std::string, std::string> read_lines(int descriptor);

/// Writes all of it. A reader that has gone wants no more, and that is no error. The error is a
/// sentence.
[[nodiscard]] tl::expected<void, std::string> write_all(int descriptor, std::string_view text);

}  // namespace baton::tool
