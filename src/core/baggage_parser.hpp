// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "baton/baggage.hpp"
#include "core/runs.hpp"
#include "core/source_array.hpp"

namespace baton::detail {

/// Reads baggage from one field or several, which must remain valid until `finish`.
class BaggageParser {
 public:
  BaggageParser(const BaggageLimits& limits, FunctionRef<void(ParseError)> on_error) noexcept;

  /// Reads another instance of the field. Returns false at a limit, after which nothing more is
  /// read.
  bool feed(std::string_view field);
  /// The same, without looking for plain members first: the reference, for tests.
  bool feed_one_by_one(std::string_view field) { return feed_members(field, 0); }

  [[nodiscard]] bool has_error() const noexcept { return has_error_; }

  /// The baggage, in one block with `neighbor` if that is given and has room.
  [[nodiscard]] Baggage finish(const SharedText* neighbor = nullptr);

 private:
  struct Result {
    const char* end;  // of the part that was read or, if there is an error, its place
    ErrorCode error{};

    [[nodiscard]] bool is_good() const noexcept { return error == ErrorCode{}; }
  };
  /// The plain members that a field begins with.
  struct Plain {
    std::size_t size = 0;
    std::size_t members = 0;
  };
  [[nodiscard]] Plain find_plain(std::string_view field) const noexcept;
  bool feed_members(std::string_view field, std::size_t taken);
  [[gnu::noinline]] static Result parse_member(std::string_view text, const char* begin) noexcept;
  static Result parse_property(std::string_view text, const char* p) noexcept;

  void report(ErrorCode code, std::size_t offset) {
    has_error_ = true;
    if (on_error_) on_error_(ParseError(code, offset));
  }
  bool begin_run(const char* begin) noexcept {
    if (last_run_.begin != nullptr && !end_run()) return false;
    last_run_.begin = begin;
    return true;
  }
  [[gnu::noinline]] bool end_run() noexcept;

  static constexpr std::size_t inline_runs = 192;  // more than the usual limit of members

  BaggageLimits limits_;
  FunctionRef<void(ParseError)> on_error_;
  Run last_run_{nullptr, nullptr};
  Run inline_runs_[inline_runs];
  Run* runs_ = inline_runs_;  // those before the last one
  std::size_t run_count_ = 0;
  std::size_t run_capacity_ = inline_runs;
  SourceArray<Run> more_runs_;  // holds them if `inline_runs_` is too small
  bool has_error_ = false;
  std::size_t members_ = 0;
  std::size_t bad_members_ = 0;
  std::size_t field_offset_ = 0;  // of the next field in the joined text
};

}  // namespace baton::detail
