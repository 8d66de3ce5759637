#include "baton/baggage.hpp"

#include <algorithm>
#include <utility>

#include "baggage_parser.hpp"
#include "chars.hpp"
#include "key_filter.hpp"
#include "percent.hpp"
#include "stored_baggage.hpp"

namespace baton {
namespace {

using detail::find_key;
using detail::is_token;
using detail::member_at;

/// Where the last member with that key begins, the first one beginning at `first`.
std::size_t find_last_key(std::string_view text, std::string_view key, std::size_t first) noexcept {
  for (std::size_t next = first; next != std::string_view::npos;) {
    first = next;
    next = find_key(text, key, first + member_at(text, first).size() + 1);
  }
  return first;
}

/// Takes the members with that key out of `text`, from the member at `begin` on.
bool erase_key(std::string& text, std::string_view key, std::size_t begin) {
  bool found = false;
  while ((begin = find_key(text, key, begin)) != std::string::npos) {
    const std::size_t size = member_at(text, begin).size();
    if (begin + size < text.size()) {
      text.erase(begin, size + 1);
    } else {
      text.erase(begin == 0 ? 0 : begin - 1);
    }
    found = true;
  }
  return found;
}

std::string decoded(std::string_view raw) {
  std::string value;
  detail::append_percent_decoded(raw, value);
  return value;
}

}  // namespace

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

expected<Baggage> Baggage::set(std::string_view key, std::string_view value,
                               const BaggageLimits& limits) const {
  BaggageBuilder builder(*this, limits);
  if (const auto done = builder.set(key, value); !done) return tl::unexpected(done.error());
  Baggage baggage = builder.build();
  if (baggage.empty()) return detail::fail(ErrorCode::out_of_memory, 0);
  return baggage;
}

Baggage Baggage::erase(std::string_view key) const {
  if (!find(key)) return *this;
  BaggageBuilder builder(*this);
  builder.erase(key);
  return builder.build();
}

std::size_t Baggage::size() const noexcept {
  return static_cast<std::size_t>(std::distance(begin(), end()));
}

std::string_view Baggage::header(const BaggageLimits& limits) const noexcept {
  const std::string_view text = header();
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

Baggage::const_iterator::const_iterator(std::string_view text) noexcept : text_(text) {
  detail::KeyFilter keys;
  for (std::size_t begin = 0; begin < text.size() && !may_repeat_keys_;) {
    const std::string_view member = member_at(text, begin);
    may_repeat_keys_ = keys.insert(BaggageMember(member).key());
    begin += member.size() + 1;
  }
  ++*this;
}

Baggage::const_iterator& Baggage::const_iterator::operator++() noexcept {
  while (next_ < text_.size()) {
    const std::size_t begin = next_;
    const std::string_view text = member_at(text_, begin);
    next_ = begin + text.size() + 1;
    member_ = BaggageMember(text);
    if (!may_repeat_keys_) return *this;
    const std::string_view key = member_.key();
    if (find_key(text_, key, 0) != begin) continue;  // it had its turn
    member_ = BaggageMember(member_at(text_, find_last_key(text_, key, begin)));
    return *this;
  }
  member_ = BaggageMember();
  return *this;
}

BaggageBuilder::BaggageBuilder(const Baggage& base, const BaggageLimits& limits)
    : text_(base.header()), limits_(limits) {}

expected<void> BaggageBuilder::set(std::string_view key, std::string_view value,
                                   std::span<const Property> properties) {
  if (!is_token(key)) {
    return detail::fail(ErrorCode::bad_key, detail::token_chars.find_outside(key));
  }
  std::string member(key);
  member += '=';
  detail::append_percent_encoded(value, member);
  for (const Property& property : properties) {
    if (!is_token(property.key)) {
      return detail::fail(ErrorCode::bad_property, detail::token_chars.find_outside(property.key));
    }
    member += ';';
    member += property.key;
    if (!property.value) continue;
    member += '=';
    detail::append_percent_encoded(*property.value, member);
  }

  std::string text = text_;
  const std::size_t at = find_key(text, key, 0);
  if (at == std::string::npos) {
    if (!text.empty()) text += ',';
    text += member;
  } else {
    erase_key(text, key, std::min(text.size(), at + member_at(text, at).size() + 1));
    text.replace(at, member_at(text, at).size(), member);
  }

  // What is over a limit already may change, but not grow.
  if (text.size() > std::max(limits_.max_bytes, text_.size())) {
    return detail::fail(ErrorCode::too_many_bytes, 0);
  }
  const auto members = [](std::string_view list) {
    const auto commas = static_cast<std::size_t>(std::count(list.begin(), list.end(), ','));
    return list.empty() ? 0 : commas + 1;
  };
  if (members(text) > std::max(limits_.max_members, members(text_))) {
    return detail::fail(ErrorCode::too_many_members, 0);
  }
  text_ = std::move(text);
  return {};
}

bool BaggageBuilder::erase(std::string_view key) {
  return is_token(key) && erase_key(text_, key, 0);
}

Baggage BaggageBuilder::build() const {
  // Every member is valid already, and the limits held when it was set.
  return Baggage::parse(text_, {text_.size(), text_.size()});
}

}  // namespace baton
