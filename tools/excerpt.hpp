// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::tool {

/// A value on one line, and the column of one of its bytes.
struct Excerpt {
  std::string text;
  std::size_t column = 0;
};

/// Shows `value` escaped in at most `width` columns, cut (`...`) so that they include the byte at
/// `offset`. An offset at the end, or beyond it, points after the last byte. The width is at least
/// 20. Reads no more bytes than it shows.
[[nodiscard]] Excerpt make_excerpt(std::string_view value, std::size_t offset, std::size_t width);

}  // namespace baton::tool
