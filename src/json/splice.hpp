// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>

#include "json/small_list.hpp"

namespace baton::json {

/// Changes to a text that are first collected and then made together: all of them or, if memory
/// runs out, none.
class Splice {
 public:
  Splice() { texts_.reserve(room); }
  Splice(const Splice&) = delete;
  Splice& operator=(const Splice&) = delete;

  /// New text is appended here, before its place is known.
  [[nodiscard]] std::pmr::string& texts() noexcept { return texts_; }
  /// A part of `texts()`.
  struct Piece {
    std::size_t begin;
    std::size_t size;
  };
  /// The text appended since `texts()` had that size.
  [[nodiscard]] Piece since(std::size_t begin) const noexcept {
    return {begin, texts_.size() - begin};
  }
  Piece add(std::string_view text) {
    texts_ += text;
    return {texts_.size() - text.size(), text.size()};
  }
  [[nodiscard]] std::string_view text_of(const Piece& piece) const noexcept {
    return std::string_view(texts_).substr(piece.begin, piece.size);
  }

  /// Writes a piece in place of [begin, end) of the text. Places must be in ascending order.
  void replace(const char* begin, const char* end, const Piece& piece = {}) {
    changes_.push_back({begin, end, piece});
  }

  /// Makes the changes to the text that the places refer to. If it has room to grow, it is not
  /// moved, and only the part between the first change and the last is written.
  void apply(std::string& text);

 private:
  struct Change {
    const char* begin;
    const char* end;
    Piece piece;
  };

  template <class String>
  void append(const char* from, const char* end, String& out) const;

  // Each for the texts, and for what `apply` writes: enough for traceparent, tracestate and a small
  // baggage. More is allocated on the heap.
  static constexpr std::size_t room = 2048;
  std::array<std::byte, 2 * room + 64> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  std::pmr::string texts_{&memory_};
  SmallList<Change, 16> changes_;
};

}  // namespace baton::json
