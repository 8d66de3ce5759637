#include "baggage_parser.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "chars.hpp"

namespace baton::detail {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 30;

const char* find_comma(const char* p, const char* end) noexcept {
  const void* comma = std::memchr(p, ',', static_cast<std::size_t>(end - p));
  return comma != nullptr ? static_cast<const char*>(comma) : end;
}

}  // namespace

BaggageParser::BaggageParser(const BaggageLimits& limits,
                             FunctionRef<void(ParseError)> on_error) noexcept
    : limits_{limits.max_members, std::min(limits.max_bytes, most_bytes)}, on_error_(on_error) {}

bool BaggageParser::feed(std::string_view field) {
  const char* p = field.data();
  const char* const end = p + field.size();
  const auto offset = [&](const char* at) {
    return field_offset_ + static_cast<std::size_t>(at - field.data());
  };
  // A member and the blanks behind it must end by `limit`; one more character shows that they do.
  const std::size_t room = limits_.max_bytes - std::min(limits_.max_bytes, field_offset_);
  const bool is_over = field.size() > room;
  const char* const limit = is_over ? p + room : end;
  const char* const stop = is_over ? limit + 1 : end;
  const char* last_kept_end = nullptr;

  for (;;) {
    while (p != stop && (*p == ',' || optional_space.contains(*p))) ++p;
    if (p == end) break;
    if (p >= limit) {
      report(ErrorCode::too_many_bytes, offset(limit));
      return false;
    }
    if (members_ == limits_.max_members) {
      report(ErrorCode::too_many_members, offset(p));
      return false;
    }

    const char* const begin = p;
    std::string_view key;
    const Result result = parse_member(begin, stop, key);
    const bool good = result.error == ErrorCode{};
    p = good ? optional_space.skip(result.end, stop) : find_comma(result.end, stop);
    if (p == stop && is_over) {
      report(ErrorCode::too_many_bytes, offset(begin));
      return false;
    }
    if (!good) {
      report(result.error, offset(result.end));
      continue;
    }
    if (keys_.insert(key)) may_repeat_keys_ = true;
    keep(begin, result.end, last_kept_end != nullptr && begin == last_kept_end + 1);
    last_kept_end = result.end;
  }
  field_offset_ += field.size() + 1;
  return true;
}

BaggageParser::Result BaggageParser::parse_member(const char* p, const char* end,
                                                  std::string_view& key) noexcept {
  const char* const begin = p;
  p = token_chars.skip(p, end);
  if (p == begin) return {p, ErrorCode::bad_key};
  key = {begin, static_cast<std::size_t>(p - begin)};
  p = optional_space.skip(p, end);
  if (p == end || *p == ',' || *p == ';') return {p, ErrorCode::missing_equals};
  if (*p != '=') return {p, ErrorCode::bad_key};

  p = optional_space.skip(p + 1, end);
  Result value{baggage_octets.skip(p, end)};
  // The blanks behind an empty value belong to nobody.
  if (value.end == p) value.end = std::find(begin, p, '=') + 1;
  for (;;) {
    p = optional_space.skip(value.end, end);
    if (p == end || *p == ',') return value;
    if (*p != ';') return {p, ErrorCode::bad_value};
    value = parse_property(p + 1, end);
    if (value.error != ErrorCode{}) return value;
  }
}

BaggageParser::Result BaggageParser::parse_property(const char* p, const char* end) noexcept {
  const char* const begin = optional_space.skip(p, end);
  const char* const key_end = token_chars.skip(begin, end);
  if (key_end == begin) return {begin, ErrorCode::bad_property};
  p = optional_space.skip(key_end, end);
  if (p != end && *p == '=') {
    const char* const value = optional_space.skip(p + 1, end);
    const char* const value_end = baggage_octets.skip(value, end);
    const char* const next = optional_space.skip(value_end, end);
    if (next != end && *next != ',' && *next != ';') return {next, ErrorCode::bad_property};
    return {value_end == value ? p + 1 : value_end};
  }
  if (p != end && *p != ',' && *p != ';') return {p, ErrorCode::bad_property};
  return {key_end};
}

void BaggageParser::keep(const char* begin, const char* end, bool follows) {
  ++members_;
  bytes_ += static_cast<std::size_t>(end - begin) + 1;
  if (follows) {
    current_.end = end;
    return;
  }
  if (current_.end != nullptr) {
    if (run_count_ < inline_runs) {
      runs_[run_count_] = current_;
    } else {
      more_runs_.push_back(current_);
    }
    ++run_count_;
  }
  current_ = {begin, end};
}

Baggage BaggageParser::finish(const Text* neighbour) {
  if (current_.end == nullptr) return {};
  const std::size_t size = bytes_ - 1;
  Text text = neighbour != nullptr ? Text::allocate_beside(*neighbour, size) : Text::allocate(size);
  if (text.view().empty()) {
    report(ErrorCode::out_of_memory, 0);
    return {};
  }
  char* out = text.writable();
  for (std::size_t i = 0; i < run_count_; ++i) {
    const Run& run = i < inline_runs ? runs_[i] : more_runs_[i - inline_runs];
    out = std::copy(run.begin, run.end, out);
    *out++ = ',';
  }
  std::copy(current_.begin, current_.end, out);
  return Baggage(std::move(text), may_repeat_keys_);
}

}  // namespace baton::detail
