// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oracle/percent.hpp"
#include "oracle/text.hpp"

namespace oracle {

struct Property {
  std::string key;
  std::optional<std::string> value;
  friend bool operator==(const Property&, const Property&) = default;
};

struct Member {
  std::string key;
  std::string value;
  std::vector<Property> properties;
  friend bool operator==(const Member&, const Member&) = default;
};

inline const std::string token_characters = letters + digits + "!#$%&'*+-.^_`|~";

inline bool is_token(const std::string& text) {
  return !text.empty() && all_of(text, token_characters);
}

inline bool is_baggage_value(const std::string& text) {
  for (const char c : text) {
    if (!is_baggage_octet(c)) return false;
  }
  return true;
}

/// The member, without decoding.
inline std::optional<Member> read_member(const std::string& text) {
  const std::vector<std::string> parts = split(text, ';');
  Member member;
  std::string key;
  std::string value;
  if (!cut(parts[0], '=', key, value)) return std::nullopt;
  member.key = trim(key);
  value = trim(value);
  if (!is_token(member.key) || !is_baggage_value(value)) return std::nullopt;
  member.value = value;

  for (std::size_t i = 1; i < parts.size(); ++i) {
    Property property;
    if (cut(parts[i], '=', key, value)) {
      property.key = trim(key);
      value = trim(value);
      if (!is_baggage_value(value)) return std::nullopt;
      property.value = value;
    } else {
      property.key = trim(parts[i]);
    }
    if (!is_token(property.key)) return std::nullopt;
    member.properties.push_back(property);
  }
  return member;
}

inline Member decoded(Member member) {
  member.value = percent_decode(member.value);
  for (Property& property : member.properties) {
    if (property.value) property.value = percent_decode(*property.value);
  }
  return member;
}

/// The content of a list of valid members, decoded: each key once, at its first place, with its
/// last value.
inline std::vector<Member> view_of(const std::vector<std::string>& kept) {
  std::vector<Member> members;
  std::map<std::string, std::size_t> places;
  for (const std::string& text : kept) {
    const Member member = decoded(*read_member(text));
    const auto [place, is_new] = places.emplace(member.key, members.size());
    if (is_new) {
      members.push_back(member);
    } else {
      members[place->second] = member;
    }
  }
  return members;
}

/// W3C Baggage, §3: all instances of the field as one list, and of that the valid members within
/// the limits, unchanged. Reading ends at a member that ends beyond `max_bytes`, or after blanks at
/// twice as many, or that follows `max_members` valid ones or as many invalid ones.
inline std::vector<std::string> read_baggage(const std::vector<std::string>& instances,
                                             std::size_t max_members = 180,
                                             std::size_t max_bytes = 8192) {
  std::vector<std::string> kept;
  std::size_t end = 0;
  bool first = true;
  std::size_t bad = 0;
  for (const std::string& part : split(join(instances, ","), ',')) {
    end += part.size() + (first ? 0 : 1);
    first = false;
    const std::string text = trim(part);
    const std::size_t blanks_behind = part.size() - (part.find_last_not_of(" \t") + 1);
    if (end - blanks_behind > max_bytes || end > 2 * max_bytes) break;
    if (text.empty()) continue;
    if (kept.size() == max_members || bad == max_members) break;
    if (!read_member(text)) {
      ++bad;
      continue;
    }
    kept.push_back(text);
  }
  return kept;
}

}  // namespace oracle
