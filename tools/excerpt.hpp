// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::tool {

/// A value on one line, and the column where one of its bytes stands.
struct Excerpt {
  std::string text;
  std::size_t column = 0;
};

/// Shows `value` escaped in at most `width` columns, cut (`...`) so that the byte at `offset` is
/// among them. An offset at the end, or beyond it, points behind the last byte. The width is at
/// least 20. Looks at no more bytes than it shows.
[[nodiscard]] Excerpt make_excerpt(std::string_view value, std::size_t offset, std::size_t width);

}  // namespace baton::tool
