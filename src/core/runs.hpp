// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include "baton/detail/shared_text.hpp"

namespace baton::detail {

/// Members of a list that lie side by side, with one comma between them, and are copied as one.
struct Run {
  const char* begin;
  const char* end;

  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(end - begin); }
};

/// All runs with one comma between them, in one block with `neighbor` if that is given and has
/// room. Empty if there is no memory.
inline SharedText join(std::span<const Run> runs, const Run& last,
                       const SharedText* neighbor) noexcept {
  std::size_t size = last.size();
  for (const Run& run : runs) size += run.size() + 1;
  SharedText text = neighbor != nullptr ? SharedText::allocate_beside(*neighbor, size)
                                        : SharedText::allocate(size);
  char* out = text.writable();
  if (out == nullptr) return text;
  for (const Run& run : runs) {
    std::memcpy(out, run.begin, run.size());
    out += run.size();
    *out++ = ',';
  }
  std::memcpy(out, last.begin, last.size());
  return text;
}

}  // namespace baton::detail
