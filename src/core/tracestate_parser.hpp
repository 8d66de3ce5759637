// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "baton/tracestate.hpp"
#include "core/key_filter.hpp"
#include "core/runs.hpp"

namespace baton::detail {

/// Reads a tracestate from one field or several, which must remain valid until `finish`.
class TraceStateParser {
 public:
  /// Reads another instance of the field. Returns false at an error, after which no more is needed.
  bool feed(std::string_view field) noexcept;
  /// The same, without looking for plain members first: the reference, for tests.
  bool feed_one_by_one(std::string_view field) noexcept;

  [[nodiscard]] ParseError error() const noexcept { return error_; }
  /// The first member that was dropped because its key is repeated.
  [[nodiscard]] ParseError duplicate() const noexcept { return duplicate_; }

  /// The state, in one block with `neighbor` if that is given and has room; empty if there is an
  /// error.
  [[nodiscard]] TraceState finish(const SharedText* neighbor = nullptr) noexcept;

 private:
  /// `key=value`, without the blanks around it.
  struct Member {
    const char* begin;
    const char* key_end;
    const char* end;
  };
  struct Key {
    const char* text;
    std::size_t size;
  };

  void begin_field(std::string_view field) noexcept;
  const char* feed_plain(std::string_view field) noexcept;
  bool feed_members(std::string_view field, const char* p) noexcept;
  [[gnu::noinline]] static ParseError parse_member(const char*& p, const char* end,
                                                   Member& member) noexcept;
  bool accept(std::string_view key) noexcept;
  void keep(const char* begin, const char* end) noexcept;
  [[gnu::noinline]] bool is_repeated() const noexcept;
  [[nodiscard]] std::size_t offset(const char* at) const noexcept {
    return field_offset_ + static_cast<std::size_t>(at - field_);
  }

  Key keys_[TraceState::max_members];  // as many are set as the filter has
  KeyFilter filter_;
  Run runs_[TraceState::max_members];  // the first run_count_ of them are set: all but the last
  Run last_run_{nullptr, nullptr};
  std::size_t run_count_ = 0;
  const char* field_ = nullptr;   // the newest
  const char* next_ = nullptr;    // a member that begins here extends last_run_
  std::size_t field_offset_ = 0;  // of the next field in the joined text
  ParseError error_;
  ParseError duplicate_;
};

}  // namespace baton::detail
