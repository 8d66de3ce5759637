// SPDX-License-Identifier: Apache-2.0
#include "core/baggage_parser.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "core/stored_baggage.hpp"
#include "text/chars.hpp"
#include "text/scan.hpp"

namespace baton::detail {
namespace {

const char* find_comma(const char* p, const char* end) noexcept {
  const void* comma = std::memchr(p, ',', static_cast<std::size_t>(end - p));
  return comma != nullptr ? static_cast<const char*>(comma) : end;
}

}  // namespace

BaggageParser::BaggageParser(const BaggageLimits& limits,
                             FunctionRef<void(ParseError)> on_error) noexcept
    : limits_{limits.max_members, std::min(limits.max_bytes, max_stored_bytes)},
      on_error_(on_error) {}

BaggageParser::Plain BaggageParser::find_plain(std::string_view field) const noexcept {
  // The limits decide about each member of such fields.
  if (field_offset_ + field.size() > limits_.max_bytes || bad_members_ >= limits_.max_members) {
    return {};
  }
  const std::size_t room = limits_.max_members - members_;
  Plain plain;
  const auto add = [&](const Window& window, std::size_t at) {
    if (window.commas == 0) return true;
    const std::size_t members = plain.members + count_bits(window.commas);
    if (members > room) return false;
    plain = {at + 63 - static_cast<unsigned>(std::countl_zero(window.commas)), members};
    return true;
  };
  const bool is_whole = visit_plain<BaggageList>(field, add);
  if (is_whole && plain.members < room) return {field.size(), plain.members + 1};
  return plain;
}

bool BaggageParser::feed(std::string_view field) {
  const Plain plain = find_plain(field);
  if (plain.members != 0) {
    if (!begin_run(field.data())) {
      report(ErrorCode::out_of_memory, field_offset_);
      return false;
    }
    members_ += plain.members;
    last_run_.end = field.data() + plain.size;
  }
  if (plain.size != field.size()) return feed_members(field, plain.size);
  field_offset_ += field.size() + 1;
  return true;
}

/// Reads any members behind the first `taken` characters.
bool BaggageParser::feed_members(std::string_view field, std::size_t taken) {
  const char* p = field.data();
  const char* const end = p + field.size();
  const auto offset = [&](const char* at) {
    return field_offset_ + static_cast<std::size_t>(at - field.data());
  };
  // A member must end by `limit`; the next character shows that it does. Blanks after the last one
  // do not count, but only a limited number of them is read.
  const std::size_t room = limits_.max_bytes - std::min(limits_.max_bytes, field_offset_);
  const bool is_over = field.size() > room;
  const char* const limit = is_over ? p + room : end;
  const char* const stop = is_over ? limit + 1 : end;
  const char* const end_of_blanks =
      limit + std::min(static_cast<std::size_t>(end - limit), limits_.max_bytes);
  const std::string_view text(field.data(), static_cast<std::size_t>(stop - field.data()));
  const char* last_kept_end = taken != 0 ? p + taken : nullptr;
  p += taken;
  for (;;) {
    while (p < stop && list_separators.contains(*p)) ++p;
    if (p == end) break;
    if (p >= limit) {
      report(ErrorCode::too_many_bytes, offset(limit));
      return false;
    }
    if (members_ == limits_.max_members || bad_members_ == limits_.max_members) {
      report(ErrorCode::too_many_members, offset(p));
      return false;
    }

    const char* const begin = p;
    const Result result = parse_member(text, begin);
    const bool good = result.is_good();
    bool is_whole;
    if (good) {
      p = result.end <= limit ? optional_space.skip(result.end, end_of_blanks) : stop;
      is_whole = result.end <= limit && (p == end || *p == ',');
    } else {
      p = find_comma(result.end, stop);
      is_whole = p < stop;
    }
    if (is_over && !is_whole) {
      report(ErrorCode::too_many_bytes, offset(begin));
      return false;
    }
    if (!good) {
      ++bad_members_;
      report(result.error, offset(result.end));
      continue;
    }
    // A member directly after the last one, with one comma between, extends the run. Any other
    // member begins a new one.
    const bool follows = last_kept_end != nullptr && begin == last_kept_end + 1;
    if (!follows && !begin_run(begin)) {
      report(ErrorCode::out_of_memory, offset(begin));
      return false;
    }
    ++members_;
    last_run_.end = last_kept_end = result.end;
  }
  field_offset_ += field.size() + 1;
  return true;
}

BaggageParser::Result BaggageParser::parse_member(std::string_view text,
                                                  const char* begin) noexcept {
  const char* const end = text.data() + text.size();
  const char* const key_end = token_chars.skip(begin, end);
  const char* p = key_end;
  if (p == begin) return {p, ErrorCode::bad_key};
  p = optional_space.skip(p, end);
  if (p == end || *p == ',' || *p == ';') return {p, ErrorCode::missing_equals};
  if (*p != '=') return {p, ErrorCode::bad_key};

  p = optional_space.skip(p + 1, end);
  Result value{baggage_octets.skip(p, end)};
  // The blanks around an empty value are not part of the member.
  if (value.end == p) value.end = std::find(key_end, p, '=') + 1;
  for (;;) {
    p = optional_space.skip(value.end, end);
    if (p == end || *p == ',') return value;
    if (*p != ';') return {p, ErrorCode::bad_value};
    value = parse_property(text, p + 1);
    if (!value.is_good()) return value;
  }
}

BaggageParser::Result BaggageParser::parse_property(std::string_view text, const char* p) noexcept {
  const char* const end = text.data() + text.size();
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

/// Keeps the last run, so that another one can begin. False if there is no memory.
bool BaggageParser::end_run() noexcept {
  if (run_count_ == run_capacity_) {
    auto more = make_source_array<Run>(2 * run_capacity_);
    if (more == nullptr) return false;
    std::copy(runs_, runs_ + run_count_, more.get());
    more_runs_ = std::move(more);
    runs_ = more_runs_.get();
    run_capacity_ *= 2;
  }
  runs_[run_count_++] = last_run_;
  return true;
}

Baggage BaggageParser::finish(const SharedText* neighbor) {
  if (members_ == 0) return {};
  SharedText text = join(std::span(runs_, run_count_), last_run_, neighbor);
  if (text.view().empty()) {
    report(ErrorCode::out_of_memory, 0);
    return {};
  }
  return Baggage(std::move(text));
}

}  // namespace baton::detail
