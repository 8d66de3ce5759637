// SPDX-License-Identifier: Apache-2.0
#include "baton/tracestate.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/tracestate_parser.hpp"
#include "text/chars.hpp"

namespace baton {
namespace {

using detail::fail;

/// Removes the first member from a list whose members are joined by one comma.
std::string_view take_member(std::string_view& list) noexcept {
  const std::string_view member = list.substr(0, list.find(','));
  list.remove_prefix(std::min(list.size(), member.size() + 1));
  return member;
}

std::optional<ParseError> check_key(std::string_view key) noexcept {
  if (key.empty() || !detail::tracestate_key_start.contains(key.front())) {
    return ParseError(ErrorCode::bad_key, 0);
  }
  if (const std::size_t n = detail::tracestate_key_chars.find_outside(key); n != key.size()) {
    return ParseError(ErrorCode::bad_key, n);
  }
  if (key.size() > TraceState::max_key_size) {
    return ParseError(ErrorCode::key_too_long, TraceState::max_key_size);
  }
  return std::nullopt;
}

std::optional<ParseError> check_value(std::string_view value) noexcept {
  if (value.empty()) return ParseError(ErrorCode::empty_value, 0);
  if (const std::size_t n = detail::tracestate_value_chars.find_outside(value); n != value.size()) {
    return ParseError(ErrorCode::bad_value, n);
  }
  if (value.back() == ' ') return ParseError(ErrorCode::bad_value, value.size() - 1);
  if (value.size() > TraceState::max_value_size) {
    return ParseError(ErrorCode::value_too_long, TraceState::max_value_size);
  }
  return std::nullopt;
}

}  // namespace

expected<TraceState> TraceState::parse(std::string_view value) noexcept {
  detail::TraceStateParser parser;
  parser.feed(value);
  TraceState state = parser.finish();
  if (const auto& error = parser.error()) return tl::unexpected(*error);
  return state;
}

std::optional<std::string_view> TraceState::get(std::string_view key) const noexcept {
  for (const Member& member : *this) {
    if (member.key == key) return member.value;
  }
  return std::nullopt;
}

expected<TraceState> TraceState::set(std::string_view key, std::string_view value) const noexcept {
  if (const auto error = check_key(key)) return tl::unexpected(*error);
  if (const auto error = check_value(value)) return tl::unexpected(*error);

  std::array<std::string_view, max_members - 1> others;
  std::size_t count = 0;
  std::size_t bytes = key.size() + 1 + value.size();
  for (const Member& member : *this) {
    if (member.key == key) continue;
    if (count == others.size()) break;
    const std::string_view text(member.key.data(), member.key.size() + 1 + member.value.size());
    others[count++] = text;
    bytes += 1 + text.size();
  }

  detail::SharedText text = detail::SharedText::allocate(bytes);
  if (text.view().empty()) return fail(ErrorCode::out_of_memory, 0);
  char* out = text.writable();
  out = std::copy(key.begin(), key.end(), out);
  *out++ = '=';
  out = std::copy(value.begin(), value.end(), out);
  for (std::size_t i = 0; i < count; ++i) {
    *out++ = ',';
    out = std::copy(others[i].begin(), others[i].end(), out);
  }
  return TraceState(std::move(text));
}

TraceState TraceState::erase(std::string_view key) const noexcept {
  for (const Member& member : *this) {
    if (member.key != key) continue;
    const std::string_view all = header();
    const auto begin = static_cast<std::size_t>(member.key.data() - all.data());
    const std::size_t size = member.key.size() + 1 + member.value.size();
    // With the comma before it or, for the first one, the comma after it.
    const std::string_view before = all.substr(0, begin == 0 ? 0 : begin - 1);
    const std::string_view after =
        all.substr(std::min(all.size(), begin + size + (begin == 0 ? 1 : 0)));
    detail::SharedText text = detail::SharedText::allocate(before.size() + after.size());
    if (text.view().empty()) return {};
    std::copy(after.begin(), after.end(), std::copy(before.begin(), before.end(), text.writable()));
    return TraceState(std::move(text));
  }
  return *this;
}

std::size_t TraceState::size() const noexcept {
  const std::string_view all = header();
  return all.empty() ? 0 : static_cast<std::size_t>(std::count(all.begin(), all.end(), ',')) + 1;
}

std::string TraceState::header(std::size_t max_bytes) const {
  constexpr std::size_t long_member = 128;

  std::array<std::string_view, max_members> members;
  std::size_t count = 0;
  for (std::string_view rest = header(); !rest.empty();) members[count++] = take_member(rest);

  std::size_t bytes = header().size();
  const auto drop_from_the_end_while_too_long = [&](auto goes) {
    for (std::size_t i = count; i-- > 0 && bytes > max_bytes;) {
      if (members[i].empty() || !goes(members[i])) continue;
      bytes -= std::min(bytes, members[i].size() + 1);  // the last one has no comma
      members[i] = {};
    }
  };
  drop_from_the_end_while_too_long([](std::string_view m) { return m.size() > long_member; });
  drop_from_the_end_while_too_long([](std::string_view) { return true; });

  std::string text;
  text.reserve(bytes);
  for (const std::string_view member : std::span(members).first(count)) {
    if (member.empty()) continue;
    if (!text.empty()) text += ',';
    text += member;
  }
  return text;
}

void TraceState::const_iterator::read() noexcept {
  const std::string_view member = take_member(rest_);
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos) {
    member_ = {};
    return;
  }
  member_ = {member.substr(0, equals), member.substr(equals + 1)};
}

}  // namespace baton
