#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "baton/baggage.hpp"
#include "key_filter.hpp"

namespace baton::detail {

/// Reads baggage from one field or several, which must stay alive until `finish`.
class BaggageParser {
 public:
  BaggageParser(const BaggageLimits& limits, FunctionRef<void(ParseError)> on_error) noexcept;

  /// Reads one more instance of the field. False: a limit is reached, and no more is read.
  bool feed(std::string_view field);

  /// The baggage; where it arrives with `neighbour`, in one block with it if there is room.
  [[nodiscard]] Baggage finish(const Text* neighbour = nullptr);

 private:
  struct Result {
    const char* end;    // of the member, if it is good; else where it goes wrong
    ErrorCode error{};  // zero: it is good
  };
  static Result parse_member(const char* p, const char* end, std::string_view& key) noexcept;
  static Result parse_property(const char* p, const char* end) noexcept;

  void report(ErrorCode code, std::size_t offset) const {
    if (on_error_) on_error_(ParseError(code, offset));
  }
  void keep(const char* begin, const char* end, bool follows);

  /// Members side by side, with one comma between: what is copied as one.
  struct Run {
    const char* begin;
    const char* end;
  };
  static constexpr std::size_t inline_runs = 16;

  BaggageLimits limits_;
  FunctionRef<void(ParseError)> on_error_;
  Run current_{nullptr, nullptr};
  Run runs_[inline_runs];  // the first of the finished runs; those beyond are in more_runs_
  std::size_t run_count_ = 0;
  std::vector<Run> more_runs_;
  KeyFilter keys_;
  bool may_repeat_keys_ = false;
  std::size_t members_ = 0;
  std::size_t bytes_ = 0;         // of the members kept, commas included
  std::size_t field_offset_ = 0;  // of the next field in the joined text
};

}  // namespace baton::detail
