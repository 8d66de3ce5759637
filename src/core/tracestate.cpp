// SPDX-License-Identifier: Apache-2.0
#include "baton/tracestate.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/short_tracestate.hpp"
#include "core/tracestate_parser.hpp"
#include "text/chars.hpp"

namespace baton {
namespace {

using detail::fail;
using detail::take_member;

ParseError check_key(std::string_view key) noexcept {
  if (key.empty() || !detail::tracestate_key_start.contains(key.front())) {
    return {ErrorCode::bad_key, 0};
  }
  if (const std::size_t n = detail::tracestate_key_chars.find_outside(key); n != key.size()) {
    return {ErrorCode::bad_key, n};
  }
  if (key.size() > TraceState::max_key_size) {
    return {ErrorCode::key_too_long, TraceState::max_key_size};
  }
  return {};
}

ParseError check_value(std::string_view value) noexcept {
  if (value.empty()) return {ErrorCode::empty_value, 0};
  if (const std::size_t n = detail::tracestate_value_chars.find_outside(value); n != value.size()) {
    return {ErrorCode::bad_value, n};
  }
  if (value.back() == ' ') return {ErrorCode::bad_value, value.size() - 1};
  if (value.size() > TraceState::max_value_size) {
    return {ErrorCode::value_too_long, TraceState::max_value_size};
  }
  return {};
}

}  // namespace

expected<TraceState> TraceState::parse(std::string_view value) noexcept {
  detail::TraceStateParser parser;
  parser.feed(value);
  TraceState state = parser.finish();
  if (parser.error()) return tl::unexpected(parser.error());
  return state;
}

std::optional<std::string_view> TraceState::get(std::string_view key) const noexcept {
  for (const Member& member : *this) {
    if (member.key == key) return member.value;
  }
  return std::nullopt;
}

expected<TraceState> TraceState::set(std::string_view key, std::string_view value) const noexcept {
  if (const ParseError error = check_key(key)) return tl::unexpected(error);
  if (const ParseError error = check_value(value)) return tl::unexpected(error);

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
  std::string text;
  detail::append_header(*this, max_bytes, text);
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
