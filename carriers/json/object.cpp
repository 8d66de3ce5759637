#include "object.hpp"

#include <cstring>

#include "baton/ids.hpp"
#include "strings.hpp"

namespace baton::json {
namespace {

/// What senders cannot know, so that they cannot choose names that meet in one place.
struct HashKeys {
  std::uint64_t first = SpanId::random().value();
  std::uint64_t second = SpanId::random().value() | 1;
};

template <class Word>
std::uint64_t load(const char* from) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// All of a short text, whatever its size from 1 on, by loads that may overlap.
std::uint64_t load_short(const char* first, std::size_t size) noexcept {
  const char* const last = first + size;
  if (size >= 4) return load<std::uint32_t>(first) << 32 | load<std::uint32_t>(last - 4);
  return load<std::uint8_t>(first) << 16 | load<std::uint8_t>(first + size / 2) << 8 |
         load<std::uint8_t>(last - 1);
}

std::uint64_t hash(std::string_view text) noexcept {
  static const HashKeys keys;
  constexpr std::size_t word = sizeof(std::uint64_t);
  const std::size_t size = text.size();
  std::uint64_t state = keys.first ^ size;
  if (size < word)
    return mix(size == 0 ? state : state ^ load_short(text.data(), size), keys.second);
  const char* const last = text.data() + size - word;
  for (const char* at = text.data(); at < last; at += word) {
    state = mix(state ^ load<std::uint64_t>(at), keys.second) + keys.first;
  }
  return mix(state ^ load<std::uint64_t>(last), keys.second);
}

}  // namespace

std::uint32_t* Object::slot_of(std::string_view name) const noexcept {
  for (std::size_t i = hash(name);; ++i) {
    std::uint32_t* const slot = slots_ + (i & last_slot_);
    if (*slot == 0 || members_[*slot - 1].name == name) return slot;
  }
}

void Object::rehash(std::size_t size) {
  more_slots_.assign(size, 0);
  slots_ = more_slots_.data();
  last_slot_ = size - 1;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    *slot_of(members_[i].name) = static_cast<std::uint32_t>(i + 1);
  }
}

std::optional<std::string_view> Object::add(const Value& name) {
  std::string_view text = name.inside();
  if (name.has_escapes) {
    append_decoded(text, decoded_.emplace_front());
    text = decoded_.front();
  }
  if (members_.size() * 2 > last_slot_) rehash((last_slot_ + 1) * 4);
  std::uint32_t* const slot = slot_of(text);
  if (*slot != 0) return std::nullopt;
  members_.push_back({text, name.text.data(), {}, {}, 0});
  *slot = static_cast<std::uint32_t>(members_.size());
  return text;
}

std::optional<std::string_view> Object::text_of(std::size_t index) const {
  Member& member = members_[index];
  if (member.value.type != Type::string) return std::nullopt;
  if (!member.value.has_escapes) return member.value.inside();
  if (member.decoded.data() == nullptr) {
    append_decoded(member.value.inside(), decoded_.emplace_front());
    member.decoded = decoded_.front();
  }
  return member.decoded;
}

}  // namespace baton::json
