// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "baton/tracestate.hpp"
#include "core/key_filter.hpp"
#include "text/scan.hpp"

namespace baton::detail {

/// Reads a tracestate from one field or several, which must remain valid until `finish`.
class TraceStateParser {
 public:
  /// Reads another instance of the field. Returns false at an error, after which no more is needed.
  bool feed(std::string_view field) noexcept;

  [[nodiscard]] const std::optional<ParseError>& error() const noexcept { return error_; }
  /// The first member that was dropped because its key is repeated.
  [[nodiscard]] const std::optional<ParseError>& duplicate() const noexcept { return duplicate_; }

  /// The state, in one block with `neighbor` if that is given and has room; empty if there is an
  /// error.
  [[nodiscard]] TraceState finish(const SharedText* neighbor = nullptr) noexcept;

 private:
  struct Member {
    const char* text;
    std::uint16_t key_size;
    std::uint16_t size;
    bool follows;  // directly after the member before it, with one comma between them
    [[nodiscard]] std::string_view key() const noexcept { return {text, key_size}; }
  };

  [[gnu::noinline]] static ParseError parse_member(const char*& p, const char* end,
                                                   Pair& pair) noexcept;
  [[nodiscard]] bool was_kept(std::string_view key) const noexcept;

  Member members_[TraceState::max_members];  // the first kept_ of them are set
  KeyFilter keys_;
  std::size_t kept_ = 0;
  std::size_t seen_ = 0;
  std::size_t field_offset_ = 0;  // of the next field in the joined text
  std::optional<ParseError> error_;
  std::optional<ParseError> duplicate_;
};

}  // namespace baton::detail
