// SPDX-License-Identifier: Apache-2.0
#include "core/baggage_joiner.hpp"

#include <algorithm>
#include <utility>

#include "text/chars.hpp"
#include "text/percent.hpp"

namespace baton::detail {

ParseError BaggageJoiner::add(std::string_view key,
                              FunctionRef<std::optional<std::string_view>()> get_value) {
  if (!is_token(key)) return {ErrorCode::bad_key, token_chars.find_outside(key)};
  if (const ParseError error = begin()) return error;
  if (contains(key)) return {};
  if (members_ >= limits_.max_members) return {ErrorCode::too_many_members, 0};
  const auto value = get_value();
  if (!value) return {ErrorCode::out_of_memory, 0};
  if (value->size() > limits_.max_bytes) return {ErrorCode::too_many_bytes, 0};  // is not read
  // Not encoded in vain: an escape has two characters more.
  const auto is_escaped = [](char c) { return !unescaped_baggage_octets.contains(c); };
  const auto escapes = static_cast<std::size_t>(std::ranges::count_if(*value, is_escaped));
  const ParseError error = begin_member(key, key.size() + 1 + value->size() + 2 * escapes);
  if (!error) append_percent_encoded(*value, text_);
  return error;
}

ParseError BaggageJoiner::add(const Baggage& more) {
  if (const ParseError error = begin()) return error;
  Baggage::const_iterator each = more.begin();
  if (each.may_repeat_keys()) return {ErrorCode::out_of_memory, 0};  // an old value could be added
  for (; each != more.end(); ++each) {
    const std::string_view key = each->key();
    if (contains(key)) continue;
    const std::string_view properties = each->properties_;
    const std::size_t size =
        key.size() + 1 + each->raw_value_.size() + (properties.empty() ? 0 : 1 + properties.size());
    if (const ParseError error = begin_member(key, size)) return error;
    text_.append(each->raw_value_);
    if (properties.empty()) continue;
    text_.append(';');
    text_.append(properties);
  }
  return {};
}

std::optional<Baggage> BaggageJoiner::finish() const {
  if (text().size() == base_.header().size()) return base_;
  Baggage joined = baggage_of(text());
  if (joined.empty()) return std::nullopt;
  return joined;
}

ParseError join_baggage(Context& context, const Baggage& more, const BaggageLimits& limits) {
  BaggageJoiner joiner(context.baggage(), limits);
  const ParseError error = joiner.add(more);
  std::optional<Baggage> joined = joiner.finish();
  if (!joined) return {ErrorCode::out_of_memory, 0};
  context.set_baggage(*std::move(joined));
  return error;
}

/// Counts the existing members, and finds their keys.
ParseError BaggageJoiner::begin() {
  if (std::exchange(is_begun_, true)) return {};
  const std::string_view text = base_.header();
  for (std::size_t begin = 0; begin < text.size(); ++members_) {
    const std::string_view member = member_at(text, begin);
    if (keys_.insert(text, key_of(member)).number == KeyIndex::none) {
      return {ErrorCode::out_of_memory, 0};
    }
    begin += member.size() + 1;
  }
  return {};
}

/// Appends a comma, the key and "=" of a member of that size, and makes room for the rest of it.
ParseError BaggageJoiner::begin_member(std::string_view key, std::size_t size) {
  if (members_ >= limits_.max_members) return {ErrorCode::too_many_members, 0};
  const std::size_t before = text().size();
  const std::size_t after = before + (before != 0 ? 1 : 0) + size;
  if (after > limits_.max_bytes) return {ErrorCode::too_many_bytes, 0};
  if (!text_.reserve(after, usual_room(limits_.max_bytes))) return {ErrorCode::out_of_memory, 0};
  if (text_.empty()) text_.append(base_.header());
  if (before != 0) text_.append(',');
  const std::size_t begin = text_.size();
  text_.append(key);
  if (keys_.insert(text(), text().substr(begin)).number == KeyIndex::none) {
    text_.truncate(before);
    return {ErrorCode::out_of_memory, 0};
  }
  text_.append('=');
  ++members_;
  return {};
}

}  // namespace baton::detail
