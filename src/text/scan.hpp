// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "text/window.hpp"

/// Recognizes lists that are plain: only `key=value`, with one comma between.
namespace baton::detail {

/// Looks at one window after the other.
template <class List>
class PlainCheck {
 public:
  /// The characters that a plain list does not have at their places, as bits. It is plain before
  /// the first of them.
  std::uint64_t find_odd(const Window& window) noexcept {
    // A member starts after each comma, with its key. If one adds that start to the bits of the
    // key, it carries through them to the character that ends the key, which must be `=`.
    const std::uint64_t starts = window.commas << 1U | starts_;
    std::uint64_t ends;
    in_key_ = std::uint64_t{__builtin_add_overflow(window.keys, starts | in_key_, &ends)};
    ends &= ~window.keys;  // also removes what could be keys in values
    starts_ = window.commas >> (window_size - 1);
    const std::uint64_t odd = window.odd | (starts & ~window.keys) | (ends & ~window.equals);
    if constexpr (List::value_chars.contains('=')) {
      return odd;
    } else {
      return odd | (window.equals & ~ends);
    }
  }

  /// Whether the list may end after the last window.
  [[nodiscard]] bool is_complete() const noexcept { return (starts_ | in_key_) == 0; }

 private:
  // 1 or 0, to be added.
  std::uint64_t starts_ = 1;  // the next window starts a member
  std::uint64_t in_key_ = 0;  // the next window continues a key
};

#if defined(__SSE2__)

/// Gives each window and its offset to `visit`, which returns whether to go on, up to the first odd
/// character: the window of that one has only the marks before it. Returns whether the whole text
/// is plain.
template <class List, class Visit>
bool visit_plain(std::string_view text, Visit visit) noexcept {
  constexpr std::size_t at_once = 8;
  PlainCheck<List> check;
  Window windows[at_once];
  for (std::size_t at = 0; at < text.size();) {
    classify<List>(text.substr(at, at_once * window_size), windows);
    for (Window* window = windows; window != windows + at_once && at < text.size(); ++window) {
      if (const std::uint64_t odd = check.find_odd(*window); odd != 0) {
        const std::uint64_t before = (odd & -odd) - 1;
        window->equals &= before;
        window->commas &= before;
        visit(*window, at);
        return false;
      }
      if (!visit(*window, at)) return false;
      at += window_size;
    }
  }
  return check.is_complete();
}

#else

/// To classify each character costs more than to read the members one by one.
template <class List, class Visit>
bool visit_plain(std::string_view, Visit) noexcept {
  return false;
}

#endif

}  // namespace baton::detail
