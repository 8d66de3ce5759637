// SPDX-License-Identifier: Apache-2.0
#include "core/tracestate_parser.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "text/chars.hpp"
#include "text/scan.hpp"

namespace baton::detail {

/// Whether the member with that key is to be kept. If not, there is an error or a duplicate.
[[gnu::always_inline]] inline bool TraceStateParser::accept(std::string_view key) noexcept {
  const std::size_t count = filter_.size();
  if (count == TraceState::max_members) {
    error_ = {ErrorCode::too_many_members, offset(key.data())};
    return false;
  }
  keys_[count] = {key.data(), key.size()};
  if (!filter_.insert(key) || !is_repeated()) return true;
  if (!duplicate_) duplicate_ = {ErrorCode::duplicate_key, offset(key.data())};
  return false;
}

/// Keeps the text of one member or, with one comma between, of several.
void TraceStateParser::keep(const char* begin, const char* end) noexcept {
  if (begin != next_) {
    if (last_run_.end != nullptr) runs_[run_count_++] = last_run_;
    last_run_.begin = begin;
  }
  last_run_.end = end;
  next_ = end + 1;
}

bool TraceStateParser::feed(std::string_view field) noexcept {
  if (error_) return false;
  begin_field(field);
  const char* const rest = feed_plain(field);
  if (rest != field.data() + field.size()) return feed_members(field, rest);
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
      error_ = {error.code, offset(begin) + error.offset};
    } else if (accept({member.begin, member.key_end})) {
      keep(member.begin, member.end);
    }
  }
  return false;
}

/// Reads the plain members that the field begins with. Returns where the others begin.
const char* TraceStateParser::feed_plain(std::string_view field) noexcept {
  const char* kept = field.data();  // from here on, up to the next member, all are to be kept
  const char* member = field.data();
  const char* key_end = nullptr;
  const auto keep_before = [&] {
    if (kept != member) keep(kept, member - 1);
  };
  const auto add = [&](const char* end) {
    const auto key_size = static_cast<std::size_t>(key_end - member);
    const auto value_size = static_cast<std::size_t>(end - key_end - 1);
    // What a plain list does not say about its members. The value is not empty, and not too long.
    if (!tracestate_key_start.contains(*member) || key_size > TraceState::max_key_size ||
        value_size - 1 >= TraceState::max_value_size || end[-1] == ' ') {
      return false;
    }
    if (!accept({member, key_end})) {
      if (error_) return false;
      keep_before();
      kept = end + 1;
    }
    member = end + 1;
    return true;
  };
  const auto add_all = [&](const Window& window, std::size_t at) {
    const auto first_of = [begin = field.data() + at](std::uint64_t marks) {
      return begin + std::countr_zero(marks);
    };
    std::uint64_t equals = window.equals;
    for (std::uint64_t commas = window.commas; commas != 0; commas &= commas - 1) {
      // A plain member has one `=`. That of the first may be in the window before.
      const std::uint64_t own = equals & (commas ^ (commas - 1));
      if (own != 0) key_end = first_of(own);
      equals ^= own;
      if (!add(first_of(commas))) return false;
    }
    if (equals != 0) key_end = first_of(equals);
    return true;
  };
  const char* const end = field.data() + field.size();
  const bool is_whole = visit_plain<TraceStateList>(field, add_all) && add(end);
  keep_before();
  return is_whole ? end : member;
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
  while (member.end[-1] == ' ') --member.end;  // at the latest, `=` ends it
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

/// Whether the newest key equals an older one.
bool TraceStateParser::is_repeated() const noexcept {
  const auto view = [](const Key& key) { return std::string_view(key.text, key.size); };
  const Key* const newest = keys_ + filter_.size() - 1;
  return std::any_of(keys_, newest, [&](const Key& key) { return view(key) == view(*newest); });
}

TraceState TraceStateParser::finish(const SharedText* neighbor) noexcept {
  if (error_ || last_run_.end == nullptr) return {};

  SharedText text = join(std::span(runs_).first(run_count_), last_run_, neighbor);
  if (text.view().empty()) {
    error_ = {ErrorCode::out_of_memory, 0};
    return {};
  }
  return TraceState(std::move(text));
}

}  // namespace baton::detail
