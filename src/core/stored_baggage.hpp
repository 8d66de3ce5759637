// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "baton/baggage.hpp"
#include "text/chars.hpp"

/// Functions for the text that a Baggage keeps: valid members with one comma between them.
namespace baton::detail {

/// Places in it have 32 bits.
inline constexpr std::size_t max_stored_bytes = std::size_t{1} << 30;

/// Baggage of such a text. Empty if there is no memory for it.
Baggage baggage_of(std::string_view text) noexcept;

/// Only tokens can be keys; `find_key` relies on it.
constexpr bool is_token(std::string_view key) noexcept {
  return !key.empty() && token_chars.find_outside(key) == key.size();
}

/// The member that begins at `begin`, up to its comma.
constexpr std::string_view member_at(std::string_view text, std::size_t begin) noexcept {
  return text.substr(begin, text.find(',', begin) - begin);
}

constexpr std::string_view key_of(std::string_view member) noexcept {
  return trim(member.substr(0, member.find('=')));
}

constexpr std::size_t count_members(std::string_view text) noexcept {
  return text.empty() ? 0 : static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) + 1;
}

/// `key` is a token, so what begins with it has at least an `=` behind it.
constexpr bool has_key(std::string_view member, std::string_view key) noexcept {
  if (!member.starts_with(key)) return false;
  const char next = member[key.size()];
  return next == '=' || optional_space.contains(next);
}

/// The start of the next member with that key, from `begin` on. `begin` is the start of a member,
/// or the place right behind a member's key: at `=` or a blank, no key begins.
constexpr std::size_t find_key(std::string_view text, std::string_view key,
                               std::size_t begin) noexcept {
  while (begin < text.size()) {
    if (has_key(text.substr(begin), key)) return begin;
    const std::size_t comma = text.find(',', begin);
    if (comma == std::string_view::npos) break;
    begin = comma + 1;
  }
  return std::string_view::npos;
}

}  // namespace baton::detail
