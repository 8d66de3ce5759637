// SPDX-License-Identifier: Apache-2.0
#include "core/baggage_joiner.hpp"

#include <algorithm>

#include "core/stored_baggage.hpp"
#include "text/chars.hpp"
#include "text/percent.hpp"

namespace baton::detail {

ParseError BaggageJoiner::add(std::string_view key, FunctionRef<std::string_view()> get_value) {
  if (!is_token(key)) return {ErrorCode::bad_key, token_chars.find_outside(key)};
  if (contains(key)) return {};
  if (members_ >= limits_.max_members) return {ErrorCode::too_many_members, 0};
  const std::string_view value = get_value();
  // Not encoded in vain: an escape has two characters more.
  const auto is_escaped = [](char c) { return !unescaped_baggage_octets.contains(c); };
  const auto escapes = static_cast<std::size_t>(std::ranges::count_if(value, is_escaped));
  if (key.size() + value.size() + 2 * escapes >= limits_.max_bytes) {
    return {ErrorCode::too_many_bytes, 0};
  }
  RequestText member(key);
  member += '=';
  append_percent_encoded(value, member);
  return append(member, key.size());
}

ParseError BaggageJoiner::add(const Baggage& more) {
  for (const BaggageMember& each : more) {
    if (contains(each.key())) continue;
    RequestText member(each.key());
    member.append("=").append(each.raw_value_);
    if (!each.properties_.empty()) member.append(";").append(each.properties_);
    if (const ParseError error = append(member, each.key().size())) return error;
  }
  return {};
}

Baggage BaggageJoiner::finish() const {
  if (!is_begun_) return base_;
  Baggage joined = Baggage::parse(text_, {text_.size(), text_.size()});
  if (joined.empty()) return base_;
  return joined;
}

bool BaggageJoiner::contains(std::string_view key) {
  if (!is_begun_) {
    is_begun_ = true;
    text_ = base_.header();
    for (std::size_t begin = 0; begin < text_.size(); ++members_) {
      const std::string_view member = member_at(text_, begin);
      keys_.insert(text_, key_of(member));
      begin += member.size() + 1;
    }
  }
  return keys_.find(text_, key) != KeyIndex::none;
}

ParseError BaggageJoiner::append(std::string_view member, std::size_t key_size) {
  if (members_ >= limits_.max_members) return {ErrorCode::too_many_members, 0};
  if (text_.size() + !text_.empty() + member.size() > limits_.max_bytes) {
    return {ErrorCode::too_many_bytes, 0};
  }
  if (!text_.empty()) text_ += ',';
  const std::size_t begin = text_.size();
  text_ += member;
  ++members_;
  const std::string_view text = text_;
  const auto added = keys_.insert(text, text.substr(begin, key_size));
  return added.number != KeyIndex::none ? ParseError() : ParseError(ErrorCode::out_of_memory, 0);
}

}  // namespace baton::detail
