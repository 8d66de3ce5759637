// SPDX-License-Identifier: Apache-2.0
#include "tools/excerpt.hpp"

#include <algorithm>

#include "tools/escape.hpp"

namespace baton::tool {
namespace {

constexpr std::string_view cut_mark = "...";

}  // namespace

Excerpt make_excerpt(std::string_view value, std::size_t offset, std::size_t width) {
  offset = std::min(offset, value.size());
  width = std::max<std::size_t>(width, 20);
  if (value.size() <= width) {
    Excerpt whole{escape(value), escape(value.substr(0, offset)).size()};
    if (whole.text.size() <= width) return whole;
  }
  const std::size_t room = width - 2 * cut_mark.size();

  // Half of the room is for the bytes before the offset, the rest for the bytes after it. What
  // those leave is for the bytes before it again.
  std::size_t begin = offset;
  std::size_t end = offset;
  std::size_t used = 0;
  const auto extend_left = [&](std::size_t limit) {
    while (begin > 0 && used + escaped_width(value[begin - 1]) <= limit) {
      used += escaped_width(value[--begin]);
    }
  };
  extend_left(room / 2);
  while (end < value.size() && used + escaped_width(value[end]) <= room) {
    used += escaped_width(value[end++]);
  }
  extend_left(room);

  Excerpt excerpt;
  if (begin > 0) excerpt.text += cut_mark;
  excerpt.text += escape(value.substr(begin, offset - begin));
  excerpt.column = excerpt.text.size();
  excerpt.text += escape(value.substr(offset, end - offset));
  if (end < value.size()) excerpt.text += cut_mark;
  return excerpt;
}

}  // namespace baton::tool
