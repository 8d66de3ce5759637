// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>

#include "json/small_list.hpp"

namespace baton::json {

/// Changes to a text that are collected first and made all at once: all of them or, if memory ends,
/// none.
class Splice {
 public:
  Splice() { texts_.reserve(room); }
  Splice(const Splice&) = delete;
  Splice& operator=(const Splice&) = delete;

  /// What is to be written is appended here, before it is known where.
  [[nodiscard]] std::pmr::string& texts() noexcept { return texts_; }
  /// A part of `texts()`.
  struct Piece {
    std::size_t begin;
    std::size_t size;
  };
  /// What was appended from that size of `texts()` on.
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

  /// Writes a piece in the place of [begin, end) of the text. Places must be in ascending order.
  void replace(const char* begin, const char* end, const Piece& piece = {}) {
    changes_.push_back({begin, end, piece});
  }

  /// Makes the changes to the very text that the places are of. If it has room to grow, it remains
  /// where it is, and only what lies between the first change and the last one is written.
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
  // baggage. More takes memory from the heap.
  static constexpr std::size_t room = 2048;
  std::array<std::byte, 2 * room + 64> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  std::pmr::string texts_{&memory_};
  SmallList<Change, 16> changes_;
};

}  // namespace baton::json
