// SPDX-License-Identifier: Apache-2.0
#include "baton/baggage.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>

#include "core/baggage_parser.hpp"
#include "core/key_index.hpp"
#include "core/stored_baggage.hpp"
#include "text/chars.hpp"
#include "text/percent.hpp"

namespace baton {
namespace {

using detail::count_members;
using detail::find_key;
using detail::is_token;
using detail::member_at;

/// The start of the last member with that key; the first one starts at `first`.
std::size_t find_last_key(std::string_view text, std::string_view key, std::size_t first) noexcept {
  for (std::size_t next = first; next != std::string_view::npos;) {
    first = next;
    next = find_key(text, key, first + key.size());
  }
  return first;
}

std::string decoded(std::string_view raw) {
  std::string value;
  detail::append_percent_decoded(raw, value);
  return value;
}

}  // namespace

Baggage detail::baggage_of(std::string_view text) noexcept {
  Baggage baggage;
  SharedText& copy = shared_text_of(baggage);
  copy = SharedText::allocate(text.size());
  std::copy_n(text.data(), copy.view().size(), copy.writable());
  return baggage;
}

std::optional<std::string> BaggageProperty::value() const {
  if (!raw_value_) return std::nullopt;
  return decoded(*raw_value_);
}

BaggageMember::BaggageMember(std::string_view text) noexcept {
  const std::size_t semicolon = text.find(';');
  const std::string_view pair = text.substr(0, semicolon);
  const std::size_t equals = pair.find('=');
  key_ = detail::trim(pair.substr(0, equals));
  raw_value_ = detail::trim(pair.substr(equals + 1));
  if (semicolon != std::string_view::npos) properties_ = text.substr(semicolon + 1);
}

std::string BaggageMember::value() const { return decoded(raw_value_); }

BaggageMember::Properties BaggageMember::properties() const noexcept {
  return Properties(properties_);
}

BaggageProperty BaggageMember::read_property(std::string_view& rest) noexcept {
  BaggageProperty property;
  const std::string_view text = rest.substr(0, rest.find(';'));
  rest.remove_prefix(std::min(rest.size(), text.size() + 1));
  const std::size_t equals = text.find('=');
  property.key_ = detail::trim(text.substr(0, equals));
  if (equals != std::string_view::npos) {
    property.raw_value_ = detail::trim(text.substr(equals + 1));
  }
  if (property.key_.empty()) property.key_ = {};
  return property;
}

Baggage Baggage::parse(std::string_view value, const BaggageLimits& limits,
                       FunctionRef<void(ParseError)> on_error) {
  detail::BaggageParser parser(limits, on_error);
  parser.feed(value);
  return parser.finish();
}

std::optional<BaggageMember> Baggage::find(std::string_view key) const noexcept {
  const std::string_view text = header();
  const std::size_t at = is_token(key) ? find_key(text, key, 0) : std::string_view::npos;
  if (at == std::string_view::npos) return std::nullopt;
  return BaggageMember(member_at(text, find_last_key(text, key, at)));
}

std::optional<std::string> Baggage::get(std::string_view key) const {
  const auto member = find(key);
  if (!member) return std::nullopt;
  return member->value();
}

std::size_t Baggage::size() const noexcept {
  return static_cast<std::size_t>(std::distance(begin(), end()));
}

std::string_view Baggage::header(const BaggageLimits& limits) const noexcept {
  const std::string_view text = header();
  // The least member is a key of one character with "=", and a comma follows all but the last.
  constexpr std::size_t least_member = 3;
  if (text.size() <= limits.max_bytes && text.size() / least_member < limits.max_members) {
    return text;
  }
  std::size_t members = 0;
  std::size_t kept = 0;
  for (std::size_t begin = 0; begin < text.size() && members < limits.max_members; ++members) {
    const std::size_t end = begin + member_at(text, begin).size();
    if (end > limits.max_bytes) break;
    kept = end;
    begin = end + 1;
  }
  return text.substr(0, kept);
}

namespace {

/// The start of the last member of each key, in the order of the keys' first occurrence, and
/// `KeyIndex::none` after the end: at least one key is repeated. Empty if there is no memory for
/// it.
[[gnu::noinline]] detail::SharedText order_of_keys(std::string_view text) noexcept {
  const std::size_t most = count_members(text);
  detail::SharedText order = detail::SharedText::allocate(most * sizeof(std::uint32_t));
  if (order.view().empty()) return order;
  const auto write = [&order](std::size_t number, std::uint32_t begin) {
    std::memcpy(order.writable() + number * sizeof(begin), &begin, sizeof(begin));
  };
  detail::KeyIndex keys;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::string_view member = member_at(text, begin);
    const auto [number, is_new] = keys.insert(text, detail::key_of(member));
    if (number == detail::KeyIndex::none) return {};
    count += is_new ? 1U : 0U;
    write(number, static_cast<std::uint32_t>(begin));
    begin += member.size() + 1;
  }
  assert(count < most);
  write(count, detail::KeyIndex::none);
  return order;
}

/// Nothing if there is no memory to find out.
std::optional<bool> repeats_keys(std::string_view text) noexcept {
  detail::KeyIndex keys;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::string_view member = member_at(text, begin);
    const auto [number, is_new] = keys.insert(text, detail::key_of(member));
    if (!is_new) return true;
    if (number == detail::KeyIndex::none) return std::nullopt;
    begin += member.size() + 1;
  }
  return false;
}

}  // namespace

Baggage::const_iterator::const_iterator(std::string_view text) noexcept : text_(text) {
  const std::optional<bool> repeats = repeats_keys(text);
  if (repeats == true) order_ = order_of_keys(text);
  may_repeat_keys_ = repeats != false && order_.view().empty();
  ++*this;
}

Baggage::const_iterator& Baggage::const_iterator::operator++() noexcept {
  std::size_t begin = next_;
  const std::string_view order = order_.view();
  if (!order.empty()) {
    std::uint32_t place;
    std::memcpy(&place, order.data() + next_ * sizeof(place), sizeof(place));
    begin = place;
  }
  if (begin >= text_.size()) {  // no text is as long as `KeyIndex::none`
    member_ = BaggageMember();
    return *this;
  }
  const std::string_view text = member_at(text_, begin);
  next_ = order.empty() ? begin + text.size() + 1 : next_ + 1;
  member_ = BaggageMember(text);
  return *this;
}

}  // namespace baton
