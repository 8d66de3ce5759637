// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace baton::tool {

inline constexpr std::size_t max_input_bytes = std::size_t{16} << 20;

/// Reads a file descriptor up to its end or the first empty line. Leaves out that line and all that
/// follows. The error is a sentence: the input cannot be read, or exceeds `max_input_bytes`.
[[nodiscard]] tl::expected<std::string, std::string> read_lines(int descriptor);

/// Writes the whole text. A reader that has closed the pipe is not an error: returns false then,
/// and else true. The error is a sentence.
[[nodiscard]] tl::expected<bool, std::string> write_all(int descriptor, std::string_view text);

}  // namespace baton::tool
