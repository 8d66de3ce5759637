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

/// Reads a tracestate from one field or several, which must stay alive until `finish`.
class TraceStateParser {
 public:
  /// Reads one more instance of the field. False: there is an error, and no more is needed.
  bool feed(std::string_view field) noexcept;

  [[nodiscard]] const std::optional<ParseError>& error() const noexcept { return error_; }
  /// The first member that was left out because its key came before.
  [[nodiscard]] const std::optional<ParseError>& duplicate() const noexcept { return duplicate_; }

  /// The state, empty where there is an error; where it arrives with `neighbor`, in one block with
  /// it if there is room.
  [[nodiscard]] TraceState finish(const SharedText* neighbor = nullptr) noexcept;

 private:
  struct Member {
    const char* text;
    std::uint16_t key_size;
    std::uint16_t size;
    bool follows;  // the member before it, in the same field, with one comma between
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
