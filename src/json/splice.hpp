// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <string_view>

#include "json/small_list.hpp"

namespace baton::json {

/// Changes to a text that are collected first and made all at once: either every one of them or,
/// where memory ends, none.
class Splice {
 public:
  Splice() { fresh_.reserve(room); }
  Splice(const Splice&) = delete;
  Splice& operator=(const Splice&) = delete;

  /// What is to be written, one piece behind the other; pieces are told by where they stand in it.
  using Fresh = std::pmr::string;
  [[nodiscard]] Fresh& fresh() noexcept { return fresh_; }

  /// Puts a piece of `fresh()` in the place of [begin, end) of the text. Places must come in
  /// ascending order; several pieces for one place stand in the order in which they came.
  void replace(const char* begin, const char* end, std::size_t piece, std::size_t size);
  void replace(const char* begin, const char* end, std::string_view with);

  /// Makes the changes, to the very text that the places are of. Moves no byte twice, and
  /// allocates only where the text has no room to grow.
  void apply(std::string& text) const;

 private:
  struct Change {
    const char* begin;
    const char* end;
    std::size_t piece;
    std::size_t size;
  };

  void write_anew(std::string& text, std::size_t size) const;
  void write_in_place(std::string& text, std::size_t size) const;

  // Enough for traceparent, tracestate and a small baggage; what is more comes from the heap.
  static constexpr std::size_t room = 2048;
  std::array<std::byte, room + 64> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  Fresh fresh_{&memory_};
  SmallList<Change, 16> changes_;
};

}  // namespace baton::json
