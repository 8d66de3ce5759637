// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "baton/tracestate.hpp"

namespace baton::detail {

/// Removes the first member from a list whose members are joined by one comma.
inline std::string_view take_member(std::string_view& list) noexcept {
  const std::string_view member = list.substr(0, list.find(','));
  list.remove_prefix(std::min(list.size(), member.size() + 1));
  return member;
}

/// Appends what `TraceState::header(max_bytes)` returns to an empty text, which allocates at most
/// once.
template <class Text>
void append_header(const TraceState& state, std::size_t max_bytes, Text& text) {
  constexpr std::size_t long_member = 128;

  std::array<std::string_view, TraceState::max_members> members;
  std::size_t count = 0;
  for (std::string_view rest = state.header(); !rest.empty();) members[count++] = take_member(rest);

  std::size_t bytes = state.header().size();
  const auto drop_from_the_end_while_too_long = [&](auto goes) {
    for (std::size_t i = count; i-- > 0 && bytes > max_bytes;) {
      if (members[i].empty() || !goes(members[i])) continue;
      bytes -= std::min(bytes, members[i].size() + 1);  // the last one has no comma
      members[i] = {};
    }
  };
  drop_from_the_end_while_too_long([](std::string_view m) { return m.size() > long_member; });
  drop_from_the_end_while_too_long([](std::string_view) { return true; });

  text.reserve(bytes);
  for (const std::string_view member : std::span(members).first(count)) {
    if (member.empty()) continue;
    if (!text.empty()) text.append(",");
    text.append(member);
  }
}

}  // namespace baton::detail
