// SPDX-License-Identifier: Apache-2.0
#include "core/tracestate_parser.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "text/chars.hpp"
#include "text/scan.hpp"

namespace baton::detail {

[[gnu::always_inline]] inline bool TraceStateParser::add(const Member& member) noexcept {
  if (keys_.size() == TraceState::max_members) {
    error_.emplace(ErrorCode::too_many_members, offset(member.begin));
    return false;
  }
  const std::string_view key(member.begin, member.key_end);
  if (keys_.insert(key) && was_kept(key)) {
    if (!duplicate_) duplicate_.emplace(ErrorCode::duplicate_key, offset(member.begin));
    return true;
  }
  kept_[kept_count_++] = {key.data(), key.size()};
  if (member.begin != next_) begin_run(member.begin);
  last_run_.end = member.end;
  next_ = member.end + 1;
  return true;
}

void TraceStateParser::begin_run(const char* begin) noexcept {
  if (last_run_.end != nullptr) runs_[run_count_++] = last_run_;
  last_run_.begin = begin;
}

bool TraceStateParser::feed(std::string_view field) noexcept {
  begin_field(field);
  const char* const rest = feed_plain(field);
  if (rest != field.data() + field.size() || error_) return feed_members(field, rest);
  field_offset_ += field.size() + 1;
  return true;
}

bool TraceStateParser::feed_one_by_one(std::string_view field) noexcept {
  begin_field(field);
  return feed_members(field, field.data());
}

void TraceStateParser::begin_field(std::string_view field) noexcept {
  field_ = field.data();
  next_ = nullptr;
}

/// Reads any members, from `p` on.
bool TraceStateParser::feed_members(std::string_view field, const char* p) noexcept {
  const char* const end = field.data() + field.size();
  while (!error_) {
    while (p != end && list_separators.contains(*p)) ++p;
    if (p == end) {
      field_offset_ += field.size() + 1;
      return true;
    }
    Member member;
    const char* const begin = p;
    if (const ParseError error = parse_member(p, end, member)) {
      error_.emplace(error.code, offset(begin) + error.offset);
    } else {
      add(member);
    }
  }
  return false;
}

/// Adds the plain members that the field begins with. Returns where the others begin.
const char* TraceStateParser::feed_plain(std::string_view field) noexcept {
  Member member{field_, field_, nullptr};
  const auto add_plain = [&](const char* end) {
    const auto key_size = static_cast<std::size_t>(member.key_end - member.begin);
    const auto value_size = static_cast<std::size_t>(end - member.key_end - 1);
    // What a plain list does not say about its members. The value is not empty, and not too long.
    if (!tracestate_key_start.contains(*member.begin) || key_size > TraceState::max_key_size ||
        value_size - 1 >= TraceState::max_value_size || end[-1] == ' ') {
      return false;
    }
    member.end = end;
    if (!add(member)) return false;
    member.begin = end + 1;
    return true;
  };
  const auto add_members = [&](const Window& window, std::size_t at) {
    const char* const begin = field_ + at;
    for (std::uint64_t marks = window.equals | window.commas; marks != 0; marks &= marks - 1) {
      const char* const mark = begin + std::countr_zero(marks);
      if (*mark == '=') {
        member.key_end = mark;
      } else if (!add_plain(mark)) {
        return false;
      }
    }
    return true;
  };
  const char* const end = field_ + field.size();
  if (visit_plain<TraceStateList>(field, add_members) && add_plain(end)) return end;
  return member.begin;
}

/// Reads any member, and moves `p` past the white space after it. The error's offset counts from
/// `p`.
ParseError TraceStateParser::parse_member(const char*& p, const char* end,
                                          Member& member) noexcept {
  const char* const key = member.begin = p;
  const auto error = [key](ErrorCode code, const char* at) {
    return ParseError(code, static_cast<std::size_t>(at - key));
  };

  if (!tracestate_key_start.contains(*p)) return error(ErrorCode::bad_key, p);
  p = member.key_end = tracestate_key_chars.skip(p, end);
  if (p - key > std::ptrdiff_t{TraceState::max_key_size}) {
    return error(ErrorCode::key_too_long, key + TraceState::max_key_size);
  }
  if (p == end || *p == ',') return error(ErrorCode::missing_equals, p);
  if (*p != '=') return error(ErrorCode::bad_key, p);

  const char* const value = p + 1;
  p = member.end = tracestate_value_chars.skip(value, end);
  while (member.end != value && member.end[-1] == ' ') --member.end;
  if (p != end && *p == '\t') {
    const char* const tab = p;
    p = optional_space.skip(p, end);
    if (p != end && *p != ',') return error(ErrorCode::bad_value, tab);
  }
  if (p != end && *p != ',') return error(ErrorCode::bad_value, p);
  if (member.end == value) return error(ErrorCode::empty_value, value);
  if (member.end - value > std::ptrdiff_t{TraceState::max_value_size}) {
    return error(ErrorCode::value_too_long, value + TraceState::max_value_size);
  }
  return {};
}

bool TraceStateParser::was_kept(std::string_view key) const noexcept {
  return std::any_of(kept_, kept_ + kept_count_, [key](const Key& kept) {
    return std::string_view(kept.text, kept.size) == key;
  });
}

TraceState TraceStateParser::finish(const SharedText* neighbor) noexcept {
  if (error_ || kept_count_ == 0) return {};

  SharedText text = join(std::span(runs_).first(run_count_), last_run_, neighbor);
  if (text.view().empty()) {
    error_.emplace(ErrorCode::out_of_memory, 0);
    return {};
  }
  return TraceState(std::move(text));
}

}  // namespace baton::detail
